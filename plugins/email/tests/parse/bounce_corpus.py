"""Bounces of many mail systems, modeled on real ones, and mail that resembles bounces."""

from __future__ import annotations

from typing import NamedTuple

ANA = "ana@nowhere.test"
COPY = (
    f"Return-Path: <support@acme.test>\nMessage-ID: <42@acme.test>\nTo: {ANA}\nFrom: support@acme.test\n"
    "Subject: Printer\n\nIt burns.\n"
)


class Sample(NamedTuple):
    name: str
    reason: str
    action: str
    raw: str


def _plain(sender: str, subject: str, body: str, more: str = "", copy: str = COPY) -> str:
    return (
        f"From: {sender}\nTo: support@acme.test\nSubject: {subject}\n{more}Content-Type: text/plain; charset=utf-8\n"
        f"Date: Mon, 2 Oct 2017 10:00:00 +0200\n\n{body}\n\n{copy}"
    )


def _dsn(
    sender: str,
    subject: str,
    text: str,
    status: str,
    diagnostic: str = "",
    action: str = "failed",
    recipient: str = ANA,
    extra: str = "",
) -> str:
    code = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return (
        f"From: {sender}\nTo: support@acme.test\nSubject: {subject}\nDate: Mon, 2 Oct 2017 10:00:00 +0200\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\nArrival-Date: Mon, 2 Oct 2017\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n{code}{extra}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{COPY}--b--\n"
    )


POSTFIX = "MAILER-DAEMON@mx.test (Mail Delivery System)"
UNDELIVERED = "Undelivered Mail Returned to Sender"


def _postfix(name: str, reason: str, status: str, diagnostic: str, action: str = "failed") -> Sample:
    text = (
        "This is the mail system at host mx.test.\n\nI'm sorry to have to inform you that your message could not\nbe "
        "delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to "
        "postmaster.\n\nIf you do so, please include this problem report. You can\ndelete your own text from the attached "
        f"returned message.\n\n                   The mail system\n\n<{ANA}>: {diagnostic.partition('; ')[2]}"
    )
    if action == "delayed":
        text = (
            "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED"
            " TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could"
            f" not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<{ANA}>: "
            + diagnostic.partition("; ")[2]
        )
    subject = "Delayed Mail (still being retried)" if action == "delayed" else UNDELIVERED
    return Sample(f"Postfix: {name}", reason, action, _dsn(POSTFIX, subject, text, status, diagnostic, action))


def _exim(name: str, reason: str, answer: str) -> Sample:
    body = (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {ANA}\n    {answer}\n\n------ This is a copy of the message, including all the headers. ------\n"
    )
    more = f"X-Failed-Recipients: {ANA}\nAuto-Submitted: auto-replied\n"
    sender, subject = (
        "Mail Delivery System <Mailer-Daemon@mx.test>",
        "Mail delivery failed: returning message to sender",
    )
    return Sample(f"Exim: {name}", reason, "failed", _plain(sender, subject, body, more))


def _qmail(name: str, reason: str, answer: str) -> Sample:
    body = (
        "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver your message to the following"
        " addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{ANA}>:\n{answer}\n\n--- Below this line is a copy of the message.\n"
    )
    return Sample(f"qmail: {name}", reason, "failed", _plain("MAILER-DAEMON@mx.test", "failure notice", body))


def _exchange(name: str, reason: str, status: str, diagnostic: str, text: str = "") -> Sample:
    words = text or f"Your message to {ANA} couldn't be delivered.\n"
    sender = "postmaster@acme.onmicrosoft.test"
    return Sample(
        f"Exchange: {name}", reason, "failed", _dsn(sender, "Undeliverable: Printer", words, status, diagnostic)
    )


def _gmail(name: str, reason: str, status: str, answer: str, heading: str = "Address not found") -> Sample:
    text = (
        f"** {heading} **\n\nYour message wasn't delivered to {ANA} because of a problem.\n\nThe response from the remote"
        f" server was:\n{answer}"
    )
    sender = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
    subject = "Delivery Status Notification (Failure)"
    return Sample(f"Gmail: {name}", reason, "failed", _dsn(sender, subject, text, status, f"smtp; {answer}"))


def _worded(name: str, reason: str, sender: str, subject: str, body: str, action: str = "failed") -> Sample:
    return Sample(name, reason, action, _plain(sender, subject, body))


SAMPLES = [
    _postfix("unknown local", "user_unknown", "5.1.1",
             "smtp; 550 5.1.1 <ana@nowhere.test>: Recipient address rejected: User unknown in virtual mailbox table"),
    _postfix("unknown alias", "user_unknown", "5.1.1", 'x-unix; unknown user: "ana"'),
    _postfix("host not found", "host", "5.4.4",
             "X-Postfix; Host or domain name not found. Name service error for name=nowhere.test type=A: Host not found"),
    _postfix("null MX", "host", "5.1.0", "X-Postfix; Domain nowhere.test does not accept mail (nullMX)"),
    _postfix("connection timed out", "network", "4.4.1",
             "X-Postfix; connect to mx.nowhere.test[192.0.2.1]:25: Connection timed out"),
    _postfix("connection refused, delayed", "network", "4.4.1",
             "X-Postfix; connect to mx.nowhere.test[192.0.2.1]:25: Connection refused", "delayed"),
    _postfix("greylisted, delayed", "temporary", "4.2.0",
             "smtp; 450 4.2.0 <ana@nowhere.test>: Recipient address rejected: Greylisted, see http://postgrey.test", "delayed"),
    _postfix("over quota", "mailbox_full", "5.2.2",
             "smtp; 552 5.2.2 <ana@nowhere.test>: The email account that you tried to reach is over quota"),
    _postfix("too large", "too_large", "5.3.4",
             "smtp; 552 5.3.4 Message size exceeds fixed limit"),
    _postfix("relaying", "relaying", "5.7.1",
             "smtp; 554 5.7.1 <ana@nowhere.test>: Relay access denied"),
    _postfix("spamhaus", "blocked", "5.7.1",
             "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org; "
             "https://www.spamhaus.org/query/ip/192.0.2.9"),
    _postfix("no PTR", "blocked", "5.7.25",
             "smtp; 550 5.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.9]"),
    _postfix("mail loop", "network", "5.4.6", "X-Postfix; mail for nowhere.test loops back to myself"),
    _postfix("amavis, spam", "blocked", "5.7.0",
             "smtp; 554 5.7.0 Reject, id=01234-05 - spam (in reply to end of DATA command)"),
    _postfix("amavis, banned file", "content", "5.7.0",
             "smtp; 554 5.7.0 Reject, id=9 - BANNED: .exe, the attachment is not allowed"),
    _postfix("dovecot quota", "mailbox_full", "5.2.2", "smtp; 552 5.2.2 <ana@nowhere.test> Quota exceeded (mailbox for user is full)"),
    _postfix("disabled", "disabled", "5.2.1", "smtp; 550 5.2.1 The mailbox ana@nowhere.test is disabled, not accepting messages"),
    _postfix("TLS required", "auth", "5.7.4", "X-Postfix; TLS is required, but was not offered by host mx.nowhere.test"),
    _postfix("sender rejected", "policy", "5.1.8", "smtp; 550 5.1.8 <support@acme.test>: Sender address rejected: Domain not accepted"),
    _exim("no such user", "user_unknown",
          "host mx.nowhere.test [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<ana@nowhere.test>:\n    550 No such user here"),
    _exim("unrouteable", "user_unknown", "Unrouteable address"),
    _exim("domain lookup", "host", "all relevant MX records point to non-existent hosts"),
    _exim("retry timeout", "expired", "retry timeout exceeded"),
    _exim("quota", "mailbox_full", "mailbox is full: retry timeout exceeded\n    SMTP error: 452 4.2.2 Mailbox full"),
    _exim("verify", "policy", "SMTP error from remote mail server after end of data:\n    550 Administrative prohibition"),
    _exim("size", "too_large", "SMTP error from remote mail server after MAIL FROM:<support@acme.test> SIZE=99999999:\n    552 5.3.4 Message too big for system"),
    _exim("spam", "blocked", "SMTP error from remote mail server after end of data:\n    550 High probability of spam"),
    _exim("helo", "blocked", "SMTP error from remote mail server after RCPT TO:<ana@nowhere.test>:\n    550 JunkMail rejected - mx.test [192.0.2.9] is in an RBL"),
    _exim("auth", "auth", "SMTP error from remote mail server after MAIL FROM:<support@acme.test>:\n    530 Authentication required"),
    _exim("lowest MX", "host", "lowest numbered MX record points to local host\n    no such domain: nowhere.test is not found"),
    _qmail("no mailbox", "user_unknown", "Sorry, no mailbox here by that name. (#5.1.1)"),
    _qmail("vpopmail", "user_unknown", "Sorry, no mailbox here by that name. vpopmail (#5.1.1)"),
    _qmail("host", "host", "Sorry, I couldn't find any host named nowhere.test. (#5.1.2)"),
    _qmail("too long", "expired",
           "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long."),
    _qmail("rcpthosts", "relaying", "192.0.2.1 does not like recipient.\nRemote host said: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\nGiving up on 192.0.2.1."),
    _qmail("quota", "mailbox_full", "User has too much mail stored; the disk quota is exceeded (#5.2.2)"),
    _qmail("blocked", "blocked", "Connected to 192.0.2.1 but sender was rejected.\nRemote host said: 553 5.3.0 Your IP is listed in our blacklist"),
    _qmail("databytes", "too_large", "192.0.2.1 failed after I sent the message.\nRemote host said: 552 sorry, that message size exceeds my databytes limit (#5.3.4)"),
    _exchange("recipient not found", "user_unknown", "5.1.10",
              "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ana@nowhere.test not found by SMTP address lookup"),
    _exchange("old, no user", "user_unknown", "5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found"),
    _exchange("directory edge", "user_unknown", "5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. [mx.test]"),
    _exchange("quota", "mailbox_full", "5.2.2",
              "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message"),
    _exchange("restricted", "policy", "5.7.124", "smtp;550 5.7.124 RESOLVER.RST.SenderNotInAllowedList; not authorized to send to the group"),
    _exchange("not authorised", "policy", "5.7.1", "smtp;550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
    _exchange("size", "too_large", "5.2.3", "smtp;550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
    _exchange("rule", "policy", "5.7.1", "smtp;550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy"),
    _exchange("banned sender", "blocked", "5.7.606", "smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.9]. To request removal see https://sender.office.com/"),
    _exchange("spam outbound", "blocked", "5.1.8", "smtp;550 5.1.8 Access denied, bad outbound sender. The account is sending spam"),
    _exchange("domain", "host", "5.4.310", "smtp;550 5.4.310 DNS domain nowhere.test does not exist [Message=InfoDomainNonexistent]"),
    _exchange("expired", "expired", "4.4.7", "smtp;550 4.4.7 QUEUE.Expired; message expired"),
    _exchange("unauthenticated", "auth", "5.7.57", "smtp;530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"),
    _exchange("DMARC", "auth", "5.7.509", "smtp;550 5.7.509 Access denied, sending domain acme.test does not pass DMARC verification and has a DMARC policy of reject."),
    _exchange("tenant relay", "relaying", "5.7.64", "smtp;550 5.7.64 TenantAttribution; Relay Access Denied [mx.test]"),
    _gmail("no account", "user_unknown", "5.1.1",
           "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos"),
    _gmail("disabled", "disabled", "5.2.1", "550-5.2.1 The email account that you tried to reach is disabled."),
    _gmail("out of storage", "mailbox_full", "5.2.2", "552-5.2.2 The email account that you tried to reach is out of storage space. Please direct the recipient to"),
    _gmail("unsolicited", "blocked", "5.7.1", "550-5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.", "Message blocked"),
    _gmail("unauthenticated", "auth", "5.7.26", "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.", "Message blocked"),
    _gmail("DNS", "host", "5.1.2", "DNS Error: DNS type 'mx' lookup of nowhere.test responded with code NXDOMAIN Domain name not found: nowhere.test"),
    _gmail("attachment", "content", "5.7.0", "552-5.7.0 This message was blocked because its content presents a potential security issue.", "Message blocked"),
    _gmail("rate", "temporary", "4.2.1", "450-4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered."),
    Sample("Yahoo: no account", "user_unknown", "failed", _plain(
        "MAILER-DAEMON@yahoo.com", "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<ana@nowhere.test>:\n554: delivery error: dd"
        " This user doesn't have a yahoo.com account (ana@nowhere.test) [0] - mta1.yahoo.com\n\n--- Below this line is a copy of the message.")),
    Sample("Yahoo: deferred", "blocked", "failed", _plain(
        "MAILER-DAEMON@mx.test", "Undeliverable mail",
        "Delivery to ana@nowhere.test failed.\n421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to user complaints - 4.16.55.1\nI gave up.")),
    Sample("Sendmail: unknown", "user_unknown", "failed", _plain(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.test>", "Returned mail: see transcript for details",
        "The original message was received at Mon, 2 Oct 2017 10:00:00 +0200\nfrom localhost\n\n   ----- The following addresses had permanent"
        " fatal errors -----\n<ana@nowhere.test>\n    (reason: 550 5.1.1 <ana@nowhere.test>... User unknown)\n\n   ----- Transcript of session"
        " follows -----\n... while talking to nowhere.test.:\n>>> DATA\n<<< 550 5.1.1 <ana@nowhere.test>... User unknown\n550 5.1.1 <ana@nowhere.test>... User unknown")),
    Sample("Sendmail: host", "host", "failed", _dsn(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.test>", "Returned mail: Host unknown (Name server: nowhere.test: host not found)",
        "   ----- The following addresses had permanent fatal errors -----\n<ana@nowhere.test>\n    (reason: 550 Host unknown)", "5.1.2",
        "", extra="Remote-MTA: DNS; nowhere.test\n")),
    Sample("Sendmail: warning", "network", "delayed", _dsn(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.test>", "Warning: could not send message for past 4 hours",
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n"
        "ana@nowhere.test... Deferred: Connection timed out with nowhere.test.\nWarning: message still undelivered after 4 hours", "4.4.1", "", "delayed")),
    _worded("Lotus Domino", "user_unknown", "<>", "DELIVERY FAILURE: User ana (ana@nowhere.test) not listed in Domino Directory",
            "Your message\n\n  Subject: Printer\n\nwas not delivered to:\n\n  ana@nowhere.test\n\nbecause:\n\n  User ana (ana@nowhere.test) not listed in Domino Directory\n"),
    _worded("GroupWise", "mailbox_full", "Mailer-Daemon@mx.test", "Message status - undeliverable",
            "The message that you sent was undeliverable to the following:\n\tana@nowhere.test (mailbox is full)\n"),
    _worded("Zimbra", "mailbox_full", "MAILER-DAEMON@zimbra.test (Mail Delivery System)", UNDELIVERED,
            "<ana@nowhere.test>: host zimbra.test[192.0.2.2] said: 452 4.2.2 Over quota\n    (in reply to RCPT TO command). The message could not be delivered and is returned."),
    Sample("Amazon SES", "user_unknown", "failed", _dsn(
        "MAILER-DAEMON@eu-west-1.amazonses.com", "Delivery Status Notification (Failure)",
        "An error occurred while trying to deliver the mail to the following recipients:\nana@nowhere.test", "5.1.1",
        "smtp; 550 5.1.1 user unknown")),
    Sample("Amazon SES suppression", "other", "failed", _dsn(
        "MAILER-DAEMON@amazonses.com", "Delivery Status Notification (Failure)", "An error occurred.", "5.3.0",
        "smtp; Amazon SES did not send the message: the recipient is on the suppression list")),
    Sample("SendGrid", "user_unknown", "failed", _dsn(
        "Mail Delivery System <MAILER-DAEMON@sendgrid.net>", "Undelivered Mail Returned to Sender", "The message was not delivered.", "5.1.1",
        "smtp; 550 5.1.1 The email account that you tried to reach does not exist")),
    Sample("Mimecast", "policy", "failed", _dsn(
        "postmaster@mimecast.test", "[Postmaster] Email Delivery Failure", "This is a delivery failure notification message.", "5.0.0",
        "smtp; 550 Administrative prohibition - envelope blocked - https://community.mimecast.test [abc.uk1]".replace("envelope blocked", "policy"))),
    Sample("Proofpoint", "blocked", "failed", _dsn(
        POSTFIX, UNDELIVERED, "Sorry.", "5.7.0", "smtp; 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.9")),
    Sample("Barracuda", "blocked", "failed", _dsn(
        POSTFIX, "**Message you sent blocked by our bulk email filter**", "Your message to ana@nowhere.test was blocked by our Spam Firewall.", "5.0.0",
        "smtp; 550 permanent failure for one or more recipients (ana@nowhere.test:blocked)")),
    Sample("Trend Micro, virus", "content", "failed", _dsn(POSTFIX, UNDELIVERED, "Sorry.", "5.7.0", "smtp; 554 5.7.0 virus found in the message")),
    _worded("Naver", "user_unknown", "메일 시스템 <postmaster@naver.test>", "[발송실패 안내] ana@nowhere.test로 메일이 전송되지 못했습니다.",
            "메일 발송 실패 안내\n\n받는사람: ana@nowhere.test\n발송 실패 사유: 존재하지 않는 메일 주소입니다.\n"),
    _worded("Naver, full", "mailbox_full", "메일 시스템 <postmaster@naver.test>", "[발송실패 안내] 메일이 전송되지 못했습니다.",
            "받는사람: ana@nowhere.test\n발송 실패 사유: 받는사람의 메일함 용량이 초과되어 메일을 전송할 수 없습니다.\n"),
    _worded("Daum", "disabled", "postmaster@hanmail.test", "배달 실패: 프린터", "ana@nowhere.test 님에게 메일을 전송하지 못했습니다.\n사유: 휴면 계정이거나 탈퇴한 회원입니다.\n"),
    _worded("Nate", "blocked", "메일관리자 <mailer-daemon@nate.test>", "메일 반송 안내", "ana@nowhere.test (으)로 보낸 메일이 반송되었습니다.\n사유: 수신자가 수신 거부한 메일입니다.\n"),
    _worded("QQ", "user_unknown", "PostMaster@qq.test", "系统退信/Systems bounce", "抱歉，您的邮件被退回来了……\n收件人邮件地址：ana@nowhere.test\n退信原因：收件人邮箱不存在\n550 Mailbox not found"),
    _worded("163", "mailbox_full", "Postmaster@163.test", "系统退信", "您好，您的邮件没有送达 ana@nowhere.test\n退信原因：收件人邮箱已满，无法投递\n"),
    _worded("163, spam", "blocked", "Postmaster@163.test", "系统退信", "您的邮件被退回\n收件人：ana@nowhere.test\n550 对方拒收：被判定为垃圾邮件\n"),
    _worded("docomo", "user_unknown", "MAILER-DAEMON@docomo.ne.jp", "Returned mail: User unknown",
            "The original message was received at Mon, 2 Oct 2017\n\n----- The following addresses had permanent fatal errors -----\n<ana@nowhere.test>\n\n"
            "----- Transcript of session follows -----\n550 Unknown user ana@nowhere.test\n"),
    _worded("au", "user_unknown", "Postmaster@ezweb.ne.jp", "Mail System Error - Returned Mail",
            "The user(s) account is temporarily over quota or does not exist: each of the following recipients was rejected by a remote mail server.\n\n"
            "Recipient: <ana@nowhere.test>\n>>> RCPT TO:<ana@nowhere.test>\n<<< 550 <ana@nowhere.test>: User unknown\n"),
    _worded("softbank", "user_unknown", "Mail Delivery Subsystem <MAILER-DAEMON@softbank.ne.jp>", "配信不能通知",
            "以下の宛先へメールを配信できませんでした。\n\n<ana@nowhere.test>: 550 Invalid recipient\n"),
    _worded("Japanese, full", "mailbox_full", "MAILER-DAEMON@mx.test", "配信エラー", "<ana@nowhere.test> 宛のメールは配信できませんでした。\n受信者のメールボックスがいっぱいです。\n"),
    _worded("T-Online", "user_unknown", "Mail Delivery System <Mailer-Daemon@t-online.test>", "Unzustellbar: Drucker",
            "Ihre Nachricht an ana@nowhere.test konnte nicht zugestellt werden.\n\nDer Empfänger ist unbekannt.\n"),
    _worded("German, full", "mailbox_full", "postmaster@mx.test", "Nicht zugestellt: Drucker", "An ana@nowhere.test konnte nicht zugestellt werden: Das Postfach des Empfängers ist voll.\n"),
    _worded("French", "user_unknown", "postmaster@mx.test", "Non remis : imprimante", "Votre message à ana@nowhere.test n'a pas pu être remis.\nDestinataire inconnu.\n"),
    _worded("Spanish, full", "mailbox_full", "postmaster@mx.test", "No se puede entregar: impresora", "No se ha podido entregar a ana@nowhere.test: el buzón del destinatario está lleno.\n"),
    _worded("Italian", "user_unknown", "postmaster@mx.test", "Mancato recapito", "Impossibile recapitare il messaggio a ana@nowhere.test: la casella non esiste.\n"),
    _worded("Portuguese", "user_unknown", "postmaster@mx.test", "Não entregue: impressora", "A mensagem para ana@nowhere.test não foi entregue. O endereço não existe.\n"),
    _worded("Russian, full", "mailbox_full", "postmaster@mail.test", "Недоставленное сообщение: не доставлено", "Не удалось доставить письмо ana@nowhere.test: почтовый ящик переполнен.\n"),
    _worded("Polish", "user_unknown", "MAILER-DAEMON@wp.test", "Niedostarczona wiadomość", "Wiadomość do ana@nowhere.test nie została dostarczona.\nUżytkownik nie istnieje.\n"),
    _worded("old gateway", "user_unknown", "Postmaster@gw.test", "Undeliverable Mail", "Reason: No such user\n\nFailed addresses follow:\nana@nowhere.test\n\nMessage text follows:\n"),
    _worded("MDaemon", "host", "MDaemon@mx.test <mailer-daemon@mx.test>", "Warning: ana@nowhere.test - User unknown!".replace("User unknown!", "Delivery failed"),
            "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful delivery attempts the attached message has been\nremoved from the mail queue."
            "\n\nFailed address: ana@nowhere.test\n--- Session Transcript ---\nName server reports domain name unknown: nowhere.test does not exist\n"),
    _worded("MailEnable", "relaying", "postmaster@mailenable.test", "Message Delivery Failure", "MailEnable: Message could not be delivered to some recipients.\nana@nowhere.test: 503 This mail server requires authentication when attempting to send to a non-local e-mail address.\n"),
    _worded("IMail", "user_unknown", "Postmaster@imail.test", "Undeliverable Mail", "Unknown user: ana@nowhere.test\n\nOriginal message follows.\n"),
    _worded("Courier", "user_unknown", "MAILER-DAEMON@courier.test", "NOTICE: mail delivery status.", "This is a delivery status notification from courier.test.\n\nYour message was not delivered to: <ana@nowhere.test>\n<<< 550 User unknown.\n"),
    _worded("SurgeMail", "user_unknown", "Postmaster@surge.test", "Returned mail: User unknown", "Your message cannot be delivered to the following recipients: ana@nowhere.test\nThe following addresses had delivery problems: no such user\n"),
    _worded("Mail.ru", "disabled", "mailer-daemon@corp.mail.test", "Mail failure.", "A message that you sent was undeliverable.\n\nana@nowhere.test: 550 User blocked: mailbox is inactive, account is disabled\n"),
    _worded("Web.de delay", "temporary", "Mail Delivery System <Mailer-Daemon@web.test>", "Warning: message 1abc delayed 24 hours",
            "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours"
            " on the queue.\n\n  ana@nowhere.test\n\nNo action is required on your part. Delivery attempts will continue for some time.", "delayed"),
]  # fmt: skip

BOUNCE = next(one.raw for one in SAMPLES if one.name == "Postfix: unknown local")
WORDS = BOUNCE.split("\n\n", 2)[2].partition("--b\n")[0]
RETURNED = "550 5.1.1 <ana@nowhere.test>: Recipient address rejected: User unknown"


def _mail(subject: str, body: str, sender: str = "Anna <anna@corp.example>", more: str = "") -> str:
    return (
        f"From: {sender}\nTo: support@acme.test\nSubject: {subject}\nDate: Mon, 2 Oct 2017 10:00:00 +0200\n{more}"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n"
    )


def _multipart(subject: str, kind: str, *parts: str, sender: str = "Anna <anna@corp.example>", more: str = "") -> str:
    body = "".join(f"--c\n{part}\n" for part in parts)
    return (
        f"From: {sender}\nTo: support@acme.test\nSubject: {subject}\nDate: Mon, 2 Oct 2017 10:00:00 +0200\n{more}"
        f'MIME-Version: 1.0\nContent-Type: {kind}; boundary="c"\n\n{body}--c--\n'
    )


_QUOTED = "\n".join(f"> {line}" for line in WORDS.splitlines())
_FORWARDED = f"-------- Forwarded Message --------\nSubject: Undelivered Mail Returned to Sender\nFrom: MAILER-DAEMON@mx.test\n\n{WORDS}"
_ASKING = [
    ("asks", "Undelivered mail", f"My mail to you came back: {RETURNED}. What can I do?"),
    ("asks in the subject", "Mail delivery failed: what now?", "I wrote to ana@nowhere.test and it was not delivered."),
    ("quotes", "Re: Undelivered Mail Returned to Sender", f"What does this mean?\n\n{_QUOTED}"),
    ("quotes without marks", "Delivery Status Notification (Failure)", f"Hello,\nthis came back.\n\n{WORDS}"),
    ("forwards", "FW: Undelivered Mail Returned to Sender", _FORWARDED),
    ("forwards, German", "WG: Unzustellbar: Drucker", "Das kam zurück.\n\nIhre Nachricht an ana@nowhere.test konnte nicht zugestellt werden."),
    ("forwards, Korean", "전달: 메일 반송 안내", "이런 메일을 받았습니다. ana@nowhere.test 로 보낸 메일이 반송되었습니다. 왜 그런가요?"),
    ("asks, Korean", "메일이 반송됩니다", "고객에게 보낸 메일이 '존재하지 않는 사용자' 오류로 반송됩니다. 확인 부탁드립니다."),
    ("asks, Japanese", "メールが配信できませんでした", "お客様宛のメールが配信できませんでしたと戻ってきます。550 User unknown"),
    ("asks, Chinese", "退信问题", "我发的邮件被退回，退信原因：550 收件人不存在。请帮忙。"),
    ("asks, German", "Unzustellbar", "Ihre Mails kommen bei mir nicht an: Postfach voll. Bitte noch einmal senden."),
    ("asks, French", "Non remis", "Mon message n'a pas pu être remis : destinataire inconnu. Que faire ?"),
    ("asks, Spanish", "No se puede entregar", "Mi correo a ana@nowhere.test no se ha podido entregar. ¿Por qué?"),
    ("asks, Russian", "Недоставленное сообщение", "Письмо не доставлено: пользователь не найден. Помогите."),
    ("parcel", "Delivery failed", "The parcel was not delivered. Delivery failed twice. Address unknown, they said."),
    ("parcel delayed", "Delivery delayed", "My order 550 is delayed. Where is it?"),
    ("parcel, German", "Zustellung fehlgeschlagen", "Das Paket konnte nicht zugestellt werden."),
    ("quota", "Mailbox full", "My mailbox is full. How do I get more storage? The error is 552 5.2.2 over quota."),
    ("log", "Log of our mail server", f"Here is our log:\nOct 2 postfix/smtp[1]: to=<ana@nowhere.test>, dsn=5.1.1, status=bounced ({RETURNED})"),
    ("SMTP questions", "5.7.1", "We get 550 5.7.1 Relay access denied when we send through you. Please help."),
    ("SPF question", "DMARC", "Your mail fails SPF. 550 5.7.26 unauthenticated. Please fix your DNS."),
    ("blacklist question", "Blacklisted", "You are listed at zen.spamhaus.org; our server has blocked your mails."),
    ("returned goods", "Returned to sender", "The package was returned to sender, as the recipient is unknown."),
    ("failure notice", "failure notice", "The printer sends a failure notice each morning. It is error 550."),
    ("undeliverable promise", "Undeliverable", "What you promised is undeliverable, I think. Give me a refund."),
    ("warning", "Warning: message 1234 delayed", "Your app shows this warning. What does it mean?"),
    ("bounce rate", "Bounce rate of our newsletter", "Our bounce rate is 5 %. User unknown and mailbox full are the main reasons."),
    ("delivery report wish", "Delivery report", "Please send us the delivery report for order 4.7.1."),
    ("address change", "Address unknown", "My new address is ana@nowhere.test. The old mailbox is no longer in use."),
    ("could not send", "Could not send", "I could not send the form; it said: message could not be delivered."),
]  # fmt: skip
_AUTOMATIC = [
    ("absence", "Out of office", "I am away until Monday and cannot be reached. Mail is not forwarded. Ask bob@acme.test.",
     "Auto-Submitted: auto-replied\nReturn-Path: <>\n"),
    ("absence, Korean", "부재중 자동 응답", "휴가 중입니다. 급한 용무는 bob@acme.test 로 연락 주세요.", "Return-Path: <>\n"),
    ("absence, German", "Abwesenheitsnotiz", "Ich bin nicht im Büro. Ihre Nachricht wird nicht weitergeleitet.", "Return-Path: <>\n"),
    ("has left", "Automatic reply: Printer", "I no longer work at Corp. This mailbox is not monitored. Write to bob@corp.example.", "Return-Path: <>\n"),
    ("ticket receipt", "[Ticket 550] We got your message", "Your request 5.1.1 was received. We will answer soon.", "Auto-Submitted: auto-replied\n"),
    ("challenge", "Please confirm your message", "To deliver your message, click here. It is held until then.", "Return-Path: <>\n"),
    ("receipt, worded", "Read: Printer", "Your message\n\nTo: Ana\nSubject: Printer\n\nwas read on Monday.", ""),
    ("newsletter", "Undeliverable deals", "Deals that could not be delivered cheaper! ana@nowhere.test", "Precedence: bulk\n"),
]  # fmt: skip
_MACHINES = [
    ("shop, parcel", "noreply@shop.test", "Your parcel could not be delivered", "Your parcel could not be delivered to your address. We will try again."),
    ("shop, delay", "notification@shop.test", "Delivery delayed", "Your delivery 450 is delayed."),
    ("postmaster's note", "Postmaster <postmaster@acme.test>", "Maintenance on Sunday", "The mail server is down then. Mail will be delivered later."),
    ("admin's question", "admin@corp.example", "Mail to your desk", "Our users say that mail to you is rejected. Can you check? Thank you. Anna"),
    ("root's job", "root@corp.example", "Cron <root@host> /usr/bin/backup", "backup: could not open file: no such file"),
    ("monitoring", "nagios@corp.example", "** PROBLEM: SMTP is DOWN **", "Connection refused on host mail, port 25."),
    ("bank", "noreply@bank.test", "Transfer rejected", "Your transfer of 550.00 was rejected: account is closed."),
    ("sign-up", "noreply@app.test", "Verify your address", "We could not verify your address ana@nowhere.test. Click to try again."),
    ("mail admin", "mail@corp.example", "Our new mail server", "Mail that was sent yesterday was not delivered, please send it again."),
]  # fmt: skip
_REPORT = BOUNCE.split("--b\n", 1)[1].replace("--b\n", "--c\n").replace("--b--", "").rstrip("\n")

LOOKALIKES: list[tuple[str, str]] = [
    *((name, _mail(subject, body)) for name, subject, body in _ASKING),
    *((f"{name}, answered", _mail(f"Re: {subject}", f"Thank you, solved.\n\n> {body}")) for name, subject, body in _ASKING[:12]),
    *((name, _mail(subject, body, more=more)) for name, subject, body, more in _AUTOMATIC),
    *((name, _mail(subject, body, sender)) for name, sender, subject, body in _MACHINES),
    ("attached bounce", _multipart("look", "multipart/mixed", "Content-Type: text/plain\n\nThis came back.", f"Content-Type: message/rfc822\n\n{BOUNCE}")),
    ("attached status", _multipart(
        "look", "multipart/mixed", "Content-Type: text/plain\n\nWhat does it say?",
        f"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1")),
    ("inline forward of a report", _multipart(
        "Fwd: Undelivered Mail Returned to Sender", "multipart/mixed", "Content-Type: text/plain\n\nSee below.",
        f"Content-Type: text/plain\n\n{WORDS}", f"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.1.1")),
    ("success", _multipart(
        "Successful Mail Delivery Report", "multipart/report; report-type=delivery-status",
        "Content-Type: text/plain\n\nYour message was successfully delivered.",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; {ANA}\nAction: delivered\nStatus: 2.0.0",
        sender="MAILER-DAEMON@mx.test")),
    ("relayed", _multipart(
        "Delivery Status Notification (Relay)", "multipart/report; report-type=delivery-status",
        "Content-Type: text/plain\n\nYour message has been successfully relayed to the following recipients, but the requested delivery status"
        " notifications may not be generated by the destination.",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; {ANA}\nAction: relayed\nStatus: 2.0.0",
        sender="postmaster@mx.test")),
    ("expanded", _multipart(
        "Delivery Status Notification", "multipart/report; report-type=delivery-status", "Content-Type: text/plain\n\nExpanded.",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; {ANA}\nAction: expanded\nStatus: 2.0.0",
        sender="postmaster@mx.test")),
    ("read receipt", _multipart(
        "Read: Printer", "multipart/report; report-type=disposition-notification", "Content-Type: text/plain\n\nYour message was displayed.",
        f"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {ANA}\nOriginal-Message-ID: <42@acme.test>\n"
        "Disposition: manual-action/MDN-sent-manually; displayed", more="Return-Path: <>\n")),
    ("deleted unread", _multipart(
        "Not read: Printer", "multipart/report; report-type=disposition-notification", "Content-Type: text/plain\n\nDeleted without being read.",
        f"Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {ANA}\nDisposition: automatic-action/MDN-sent-automatically; deleted",
        more="Return-Path: <>\n")),
    ("abuse report", _multipart(
        "Abuse report", "multipart/report; report-type=feedback-report", "Content-Type: text/plain\n\nThis is an abuse report.",
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1", f"Content-Type: message/rfc822\n\nSubject: x\n\n{WORDS}",
        sender="abuse@isp.test")),
]  # fmt: skip
