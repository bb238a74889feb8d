//! Who carries messages, as the portal is told when it starts.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use reqwest::Url;
use secrecy::SecretString;

use super::{Courier, notify::Notify, smtp::Smtp};

/// How messages reach parents. With neither of the two, parents read everything on their page.
#[derive(Debug, Args)]
pub struct MessageSettings {
    /// GC Notify, such as https://api.notification.canada.ca/.
    #[arg(long, env = "NEWBORN_NOTIFY_URL", requires = "notify_key_file")]
    pub notify_url: Option<Url>,

    /// The file with the API key of GC Notify.
    #[arg(long, env = "NEWBORN_NOTIFY_KEY_FILE")]
    pub notify_key_file: Option<PathBuf>,

    /// The file with the token by which GC Notify's callbacks are known.
    #[arg(long, env = "NEWBORN_NOTIFY_CALLBACK_TOKEN_FILE")]
    pub notify_callback_token_file: Option<PathBuf>,

    /// The e-mail template of GC Notify, with the placeholders `subject` and `body`.
    #[arg(long, env = "NEWBORN_NOTIFY_EMAIL_TEMPLATE", requires = "notify_url")]
    pub notify_email_template: Option<String>,

    /// The text template of GC Notify, with the placeholder `body`.
    #[arg(long, env = "NEWBORN_NOTIFY_SMS_TEMPLATE", requires = "notify_url")]
    pub notify_sms_template: Option<String>,

    /// A mail server, such as smtps://user:password@mail.example.ca, instead of GC Notify.
    #[arg(long, env = "NEWBORN_SMTP_URL", hide_env_values = true, conflicts_with = "notify_url")]
    pub smtp_url: Option<SecretString>,

    /// Whom mail is from, such as "Births <births@example.ca>".
    #[arg(long, env = "NEWBORN_MAIL_FROM")]
    pub mail_from: Option<String>,
}

impl MessageSettings {
    /// # Errors
    ///
    /// When something is missing or cannot be read.
    pub fn courier(&self) -> anyhow::Result<Courier> {
        if let (Some(url), Some(key)) = (&self.notify_url, &self.notify_key_file) {
            let (Some(email), Some(text)) =
                (&self.notify_email_template, &self.notify_sms_template)
            else {
                bail!(
                    "GC Notify needs both templates: --notify-email-template and --notify-sms-template"
                );
            };
            let notify = Notify::new(url.clone(), secret(key)?, email.clone(), text.clone());
            return notify.map(Courier::Notify).context("GC Notify cannot be spoken to");
        }
        if let Some(url) = &self.smtp_url {
            let from = self.mail_from.as_deref().context("mail needs a sender: --mail-from")?;
            let from = from.parse().context("--mail-from is no address")?;
            return Smtp::new(url, from).map(Courier::Smtp).context("--smtp-url is no mail server");
        }
        tracing::info!("nobody carries messages: parents read everything on their page");
        Ok(Courier::Nobody)
    }

    /// The token by which callbacks are known.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn callback_token(&self) -> anyhow::Result<Option<SecretString>> {
        self.notify_callback_token_file.as_deref().map(secret).transpose()
    }
}

fn secret(file: &Path) -> anyhow::Result<SecretString> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(SecretString::from(text.trim()))
}
