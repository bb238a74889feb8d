//! Makes cargo look at the migrations: they are compiled in.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
