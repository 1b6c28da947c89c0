"""Every change of what lineage keeps."""
