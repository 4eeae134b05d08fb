//! Names, ARNs and qualifiers: which state of which function is meant.
