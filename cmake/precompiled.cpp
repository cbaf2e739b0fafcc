// The target that owns the precompiled headers must have a source.
