//! Lassos that are known.
