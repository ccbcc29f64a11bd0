//! Sites, shifts and who is awake.
