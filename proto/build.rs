//! Compiles the contracts with a pure-Rust compiler, so that nobody needs `protoc`.

use std::error::Error;

const CONTRACTS: [&str; 4] = [
    "newborn/common/v1/common.proto",
    "newborn/registry/v1/registry.proto",
    "newborn/certificates/v1/certificates.proto",
    "newborn/sin/v1/sin.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for contract in CONTRACTS {
        println!("cargo::rerun-if-changed={contract}");
    }
    let described = protox::compile(CONTRACTS, ["."])?;
    tonic_prost_build::configure().build_client(true).build_server(true).compile_fds(described)?;
    Ok(())
}
