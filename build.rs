//! Links what unwinding needs into the program, so that starting it loads one library less.

fn main() {
    let target = |key: &str| std::env::var(key).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-static-libgcc");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
