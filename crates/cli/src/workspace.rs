//! `meridian workspace`: the way into a new install.

use crate::{config::Config, processes};
use anyhow::Result;
use clap::Subcommand;
use meridian_app::setup::{NewWorkspace, create_workspace, reset_password};

/// Chores with workspaces.
#[derive(Subcommand)]
pub enum Workspace {
    /// Make a workspace with a branch, a site, a queue and a first admin, and print how they sign in. A workspace that is
    /// there is left as it is, and the command fails.
    Create {
        /// What people type to sign in: 1 to 63 lower-case letters, digits and hyphens.
        #[arg(long)]
        slug: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// IANA time zone, like Europe/Lisbon.
        #[arg(long)]
        zone: String,
        /// The admin's e-mail address, which they sign in with.
        #[arg(long)]
        email: String,
        /// The admin's name.
        #[arg(long, default_value = "Admin")]
        admin_name: String,
    },
    /// Give a person a new password, print it, and end their sign-ins. For when no admin can sign in who would do it.
    Password {
        /// The workspace.
        #[arg(long)]
        slug: String,
        /// The person's e-mail address.
        #[arg(long)]
        email: String,
    },
}

impl Workspace {
    /// Does it. A password goes to standard output, once, and nowhere else.
    pub async fn run(self, config: &Config) -> Result<()> {
        config.check()?;
        // The app's role is enough: all of it happens within one tenant's scope.
        let app = processes::app(config, false)?;
        let (slug, email, password) = match self {
            Self::Create { slug, name, zone, email, admin_name } => {
                let (name, time_zone) = (name.as_str(), zone.as_str());
                let new = NewWorkspace { slug: &slug, name, time_zone, email: &email, admin_name: &admin_name };
                let made = create_workspace(&app, new).await?;
                (made.slug, made.email, made.password)
            }
            Self::Password { slug, email } => {
                let password = reset_password(&app, &slug, &email).await?;
                (slug, email, password)
            }
        };
        println!("workspace  {slug}");
        println!("sign in    {}/", app.public_url);
        println!("e-mail     {email}");
        println!("password   {}", password.expose());
        eprintln!("the password is shown this once: its owner sets another in the menu behind their name");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Workspace;
    use crate::{Cli, Command};
    use clap::Parser;

    #[test]
    fn a_workspace_needs_its_four_words_and_an_admin_has_a_name() {
        let all = ["meridian", "workspace", "create", "--slug", "acme", "--name", "Acme", "--zone", "Europe/Lisbon"];
        assert!(Cli::try_parse_from(all).is_err(), "nobody could sign in");
        let cli = Cli::try_parse_from(all.into_iter().chain(["--email", "ana@acme.example"])).unwrap();
        let Command::Workspace { what: Workspace::Create { slug, email, admin_name, .. } } = cli.command else {
            panic!("another command")
        };
        assert_eq!((slug.as_str(), email.as_str(), admin_name.as_str()), ("acme", "ana@acme.example", "Admin"));
    }
}
