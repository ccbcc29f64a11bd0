//! The settings file: `--config FILE` or `MERIDIAN_CONFIG`. Its keys are the names of the flags with underscores; a flag
//! beats the environment, the environment beats the file, the file beats the default.

use crate::config::SECRETS;
use anyhow::{Context, Result, bail};
use clap::Command;
use std::{collections::BTreeMap, ffi::OsString, path::Path};

/// Settings of the file by name.
pub type File = BTreeMap<String, String>;

/// The file that is named on the command line or in the environment.
pub fn named(arguments: &[OsString], environment: Option<OsString>) -> Option<OsString> {
    let mut arguments = arguments.iter().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--") => break,
            Some("--config") => return arguments.next().cloned(),
            Some(text) => {
                if let Some(file) = text.strip_prefix("--config=") {
                    return Some(file.into());
                }
            }
            None => {}
        }
    }
    environment.filter(|file| !file.is_empty())
}

/// Reads a file; a key that is no setting is refused with the settings there are.
pub fn read(path: &Path, command: &Command) -> Result<File> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read the settings file {}", path.display()))?;
    parse(&text, command).with_context(|| format!("the settings file {}", path.display()))
}

fn parse(text: &str, command: &Command) -> Result<File> {
    let table: toml::Table = text.parse()?;
    let known: Vec<&str> = settings(command).collect();
    table
        .into_iter()
        .map(|(key, value)| {
            if !known.contains(&key.as_str()) {
                bail!("`{key}` is no setting; there are {}", known.join(", "));
            }
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                toml::Value::Array(list) => {
                    let parts = list.iter().map(|part| part.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
                    parts.with_context(|| format!("`{key}` is a list of texts"))?.join(",")
                }
                _ => bail!("`{key}` is a text, a number, true or false, or a list of texts"),
            };
            Ok((key, value))
        })
        .collect()
}

/// Names of all settings.
fn settings(command: &Command) -> impl Iterator<Item = &str> {
    command
        .get_arguments()
        .filter(|arg| arg.get_env().is_some())
        .map(|arg| arg.get_id().as_str())
        .filter(|id| *id != "file")
}

/// The command with the file's values as defaults.
pub fn applied(mut command: Command, file: &File) -> Command {
    for (key, value) in file {
        let value = value.clone();
        // Help shows defaults.
        let hidden = SECRETS.contains(&key.as_str());
        command = command.mut_arg(key, |arg| arg.default_value(value).hide_default_value(hidden));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches};

    fn parsed(arguments: &[&str], file: &File) -> crate::Cli {
        let matches = applied(crate::Cli::command(), file).get_matches_from(arguments);
        crate::Cli::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn help_tells_no_secret_of_the_file_and_a_process_without_its_role_does_not_start() {
        let text = "secret_key = \"hushhush\"\ndatabase_app_url = \"postgres://app:hushhush@db/meridian\"\nhttp_bind = \"0.0.0.0:81\"";
        let file = parse(text, &crate::Cli::command()).unwrap();
        let help = applied(crate::Cli::command(), &file).render_long_help().to_string();
        assert!(help.contains("0.0.0.0:81") && !help.contains("hushhush"), "{help}");
        let config = parsed(&["meridian", "api"], &file).config;
        assert!(config.check_roles(true, false).unwrap_err().to_string().contains("MERIDIAN_DATABASE_INTAKE_URL"));
        assert!(config.check_roles(false, true).unwrap_err().to_string().contains("MERIDIAN_DATABASE_SYSTEM_URL"));
        config.check_roles(false, false).unwrap();
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let text = "http_bind = \"0.0.0.0:80\"\ndatabase_connections = 40\norigins = [\"https://a.example\", \"https://b.example\"]";
        let file = parse(text, &crate::Cli::command()).unwrap();
        let config = parsed(&["meridian", "api"], &file).config;
        assert_eq!((config.http_bind.as_str(), config.database_connections), ("0.0.0.0:80", 40));
        assert_eq!(config.origins, "https://a.example,https://b.example");
        assert_eq!(parsed(&["meridian", "--http-bind", "[::1]:1", "api"], &file).config.http_bind, "[::1]:1");
        assert_eq!(parsed(&["meridian", "api"], &File::new()).config.http_bind, "127.0.0.1:8080");
    }

    #[test]
    fn the_file_is_named_by_flag_or_environment_and_unknown_keys_are_refused() {
        let arguments = |list: &[&str]| list.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            named(&arguments(&["meridian", "--config", "a.toml", "api"]), Some("b.toml".into())),
            Some("a.toml".into())
        );
        assert_eq!(named(&arguments(&["meridian", "--config=a.toml"]), None), Some("a.toml".into()));
        assert_eq!(named(&arguments(&["meridian", "api"]), Some("b.toml".into())), Some("b.toml".into()));
        let refused = parse("htp_bind = \"x\"", &crate::Cli::command()).unwrap_err().to_string();
        assert!(refused.contains("`htp_bind` is no setting") && refused.contains("http_bind"), "{refused}");
        assert!(parse("http_bind = { a = 1 }", &crate::Cli::command()).is_err());
    }

    #[test]
    fn the_example_names_every_setting_and_nothing_else() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/config.example.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let command = crate::Cli::command();
        for name in settings(&command) {
            let named = text.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{name} = ")));
            assert!(named, "{name} is missing in infra/config.example.toml");
        }
        let whole: String = text
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|l| l.contains(" = ")).unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n");
        parse(&whole, &command).unwrap();
    }
}
