"""Where a model may be trusted: the applicability domain, distances and maps of descriptors."""
