"""AuthZEN's addresses, /access/v1/ and /.well-known/, as off-the-shelf clients know them."""
