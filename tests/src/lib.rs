//! Workspace tests live in `src/main.rs`.
