//! The one arrow: who may depend on whom, and which files may name what crosses tenants.

use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Dependencies of ours, by package, without those for tests.
fn dependencies() -> Result<BTreeMap<String, Vec<String>>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let said = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()?;
    let metadata: Value = serde_json::from_slice(&said.stdout)?;
    let packages = metadata["packages"].as_array().context("packages")?;
    let normal = |package: &Value| {
        let all = package["dependencies"].as_array().into_iter().flatten();
        all.filter(|d| d["kind"].is_null()).filter_map(|d| d["name"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    Ok(packages.iter().map(|p| (p["name"].as_str().unwrap_or_default().to_owned(), normal(p))).collect())
}

#[test]
fn nobody_imports_against_the_arrow() -> Result<()> {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("meridian-domain", &[][..]),
        ("meridian-store", &["meridian-domain"]),
        ("meridian-app", &["meridian-domain", "meridian-store"]),
        ("meridian-bus", &["meridian-domain"]),
        ("meridian-channels", &["meridian-domain"]),
        ("meridian-files", &["meridian-domain"]),
        ("meridian-telemetry", &[]),
        ("meridian-web-schema", &["meridian-domain", "meridian-store", "meridian-app"]),
        ("meridian-dev", &[]),
        ("meridian-lab", &["meridian-domain"]),
    ]);
    let found = dependencies()?;
    for (package, may) in allowed {
        let has = found.get(package).with_context(|| format!("{package} is gone"))?;
        let against: Vec<&String> =
            has.iter().filter(|d| d.starts_with("meridian-") && !may.contains(&d.as_str())).collect();
        assert!(against.is_empty(), "{package} imports {against:?}");
    }
    Ok(())
}

#[test]
fn each_outside_library_has_its_owner() -> Result<()> {
    let owners: &[(&str, &[&str])] = &[
        ("sqlx", &["meridian-store", "meridian-testkit"]),
        ("lapin", &["meridian-bus"]),
        ("redis", &["meridian-bus"]),
        ("reqwest", &["meridian-channels", "meridian-files", "meridian-lab"]),
        ("object_store", &["meridian-files"]),
        ("lettre", &["meridian-channels"]),
        ("mail-auth", &["meridian-channels"]),
        ("mail-parser", &["meridian-channels"]),
        ("smtp-proto", &["meridian-channels"]),
        ("async-imap", &["meridian-channels"]),
        ("async-graphql", &["meridian-web-schema", "meridian-api"]),
        ("actix-web", &["meridian-api"]),
        ("jsonwebtoken", &["meridian-api"]),
    ];
    for (package, has) in dependencies()? {
        for (library, may) in owners {
            assert!(
                !has.iter().any(|d| d == library) || may.contains(&package.as_str()),
                "{package} imports {library}"
            );
        }
    }
    Ok(())
}

pub(crate) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_crosses_tenants_is_named_in_few_files_and_files_stay_short() -> Result<()> {
    let across = [
        "crates/store/src/db.rs",
        "crates/app/src/routing/export.rs",
        "workers/src/relay.rs",
        "workers/src/sweeper.rs",
        "workers/src/mailboxes.rs",
        "workers/src/search.rs",
    ];
    let scopes = [
        "crates/store/src/db.rs",
        "crates/app/src/authz.rs",
        "crates/app/src/auth/keys.rs",
        "crates/app/src/auth/sign_in.rs",
        "crates/app/src/inbound/ingest.rs",
        "workers/src/ingest.rs",
    ];
    let root = root();
    let mut files = Vec::new();
    for folder in ["api", "workers", "web-schema", "crates", "infra", "tests"] {
        sources(&root.join(folder), &mut files);
    }
    assert!(files.len() > 60, "the sources were not found");
    for file in files {
        let name = file.strip_prefix(&root)?.display().to_string();
        let text = fs::read_to_string(&file)?;
        if name != "tests/src/layers.rs" {
            assert!(!text.contains(".system(\"") || across.contains(&name.as_str()), "{name} crosses tenants");
            assert!(!text.contains("TenantScope::acting(") || scopes.contains(&name.as_str()), "{name} makes a scope");
        }
        assert!(!name.starts_with("web-schema") || !text.contains(".db.write("), "{name} writes past the use cases");
        assert!(text.lines().count() <= 600, "{name} is longer than 600 lines");
    }
    Ok(())
}
