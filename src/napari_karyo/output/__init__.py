"""What comes out of the program: pictures, vector pages, tables and the report."""
