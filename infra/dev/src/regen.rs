//! Generated files, all from one command: query data of the store, the GraphQL schema, the broker topology.

use crate::{build, root, scratch::Scratch};
use anyhow::{Result, ensure};
use meridian_dev::{Servers, interrupt};
use std::{collections::BTreeMap, ffi::OsString, fs, path::Path, process::Command};

const GENERATED: [&str; 3] = ["crates/store/.sqlx", "web-schema/schema.graphql", "docs/topology.txt"];

pub fn run(check: bool) -> Result<()> {
    interrupt::listen()?;
    let mut dir = Scratch::new("regen")?;
    let servers = dir.servers()?;
    write(&servers)?;
    drop(servers);
    if check {
        let status =
            Command::new("git").args(["status", "--porcelain", "--"]).args(GENERATED).current_dir(root()).output()?;
        let changed = String::from_utf8_lossy(&status.stdout).into_owned();
        ensure!(changed.is_empty(), "generated files differ from what is committed, run .ci/regen:\n{changed}");
    }
    println!("generated files are up to date");
    Ok(())
}

fn write(servers: &Servers) -> Result<()> {
    let root = root();
    let mut files: Vec<_> = fs::read_dir(root.join("migrations"))?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    files.sort();
    for file in files {
        let mut psql = servers.psql()?;
        psql.args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"]).arg(&file);
        ensure!(interrupt::status(&mut psql)?.success(), "{} failed", file.display());
    }
    queries(&root, &servers.postgres_url())?;
    let bin = build(false)?;
    for (args, file) in [("schema", GENERATED[1]), ("topology", GENERATED[2])] {
        let said = interrupt::output(interrupt::command(&bin).arg(args))?;
        ensure!(said.status.success(), "meridian {args} failed");
        fs::write(root.join(Path::new(file)), said.stdout)?;
    }
    Ok(())
}

/// Data of the queries, from a database that is migrated.
fn queries(root: &Path, database: &str) -> Result<()> {
    let data = root.join(GENERATED[0]);
    let before = contents(&data);
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    // The macros write their data when they are expanded, so the crate must be compiled anew; everything above it only
    // where the data changed.
    let lib = root.join("crates/store/src/lib.rs");
    let changed_at = fs::metadata(&lib)?.modified()?;
    fs::write(&lib, fs::read(&lib)?)?;
    let mut cargo = interrupt::command("cargo");
    cargo.args(["check", "-q", "-p", "meridian-store"]).current_dir(root);
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &data).env("DATABASE_URL", database);
    let checked = interrupt::status(&mut cargo);
    if interrupt::asked() {
        // Half of the data is worse than what was there.
        for (name, text) in &before {
            fs::write(data.join(name), text)?;
        }
    }
    ensure!(checked?.success(), "the store does not compile against the migrated database");
    if contents(&data) == before {
        fs::File::options().write(true).open(&lib)?.set_modified(changed_at)?;
    }
    Ok(())
}

fn contents(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| (file.file_name(), fs::read(file.path()).unwrap_or_default())).collect()
}
