"""The paper's network and where its weights come from."""
