//! The console's build is part of the binary: rebuild when it changes or appears.

fn main() {
    for folder in ["../console/dist", "../console/dist-widget"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
