"""The karyogram as a page: where everything stands (`layout`) and its pixels (`compose`)."""
