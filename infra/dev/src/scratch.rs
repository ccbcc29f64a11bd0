//! A folder under /tmp for as long as a command runs.

use anyhow::{Context, Result};
use meridian_dev::{Mode, Servers, interrupt};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The folder. Dropping it removes it: drop what works in it before.
pub struct Scratch {
    path: PathBuf,
    kept: bool,
}

impl Scratch {
    pub fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("meridian-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).with_context(|| format!("create {}", path.display()))?;
        Ok(Self { path, kept: false })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts servers in it; their logs stay when they do not start.
    pub fn servers(&mut self) -> Result<Servers> {
        let servers = Servers::start(&self.path, Mode::Test);
        self.kept = servers.is_err() && !interrupt::asked();
        servers
    }

    /// A folder in it that stands for /tmp: nothing that a killed test left there stays. For every account, as /tmp is.
    pub fn tmp(&self) -> Result<PathBuf> {
        let tmp = self.path.join("tmp");
        fs::create_dir_all(&tmp)?;
        fs::set_permissions(&tmp, fs::Permissions::from_mode(0o1777))?;
        Ok(tmp)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
