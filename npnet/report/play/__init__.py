"""The playground: a page that trains networks on drawn data or on a table, and gives the config for npnet."""
