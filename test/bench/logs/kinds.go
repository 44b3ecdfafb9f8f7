package logs

import (
	"maps"
	"slices"
	"time"
)

// Kinds returns the names of all kinds of logs.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// A kind is one sort of log: how it writes dates, and what happens in it.
type kind struct {
	date           func(time.Time) string
	attack, normal []script
}

// A script is the lines of one session. The weights of a list say how often each is played.
type script struct {
	weight int
	lines  string
}

func layout(l string) func(time.Time) string {
	return func(t time.Time) string { return t.Format(l) }
}

var kinds = map[string]kind{
	"auth":         {layout(time.Stamp), authAttacks, authNormal},
	"nginx-access": {layout("02/Jan/2006:15:04:05 -0700"), accessAttacks, accessNormal},
	"nginx-error":  {layout("2006/01/02 15:04:05"), nginxAttacks, nginxNormal},
	"apache-error": {layout("Mon Jan 02 15:04:05.000000 2006"), apacheAttacks, apacheNormal},
	"mail":         {layout(time.Stamp), mailAttacks, mailNormal},
	"fail2ban":     {layout("2006-01-02 15:04:05,000"), jailerAttacks, jailerNormal},
}

var (
	guessedUsers = []string{"admin", "test", "oracle", "ubuntu", "postgres", "git", "user", "guest", "ftpuser", "mysql", "pi", "jenkins", "www-data", "backup", "a"}
	staff        = []string{"deploy", "alice", "bob", "carol"}
	pages        = []string{"/", "/about", "/css/site.css", "/js/app.js", "/img/logo.png", "/blog/2026/05/how-we-cut-costs", "/api/v1/items?page=2", "/favicon.ico"}
	probes       = []string{"/wp-login.php", "/phpmyadmin/index.php", "/.env", "/cgi-bin/luci", "/webmail/", "/roundcube/", "/mysqladmin/", "/.git/config"}
	agents       = []string{"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"}
	jails        = []string{"sshd", "postfix", "dovecot", "nginx-botsearch"}
)

var authAttacks = []script{
	{34, `
{date} web01 sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip}  user=root
{date} web01 sshd[{pid}]: Failed password for root from {ip} port {port} ssh2
{date} web01 sshd[{pid}]: Failed password for root from {ip} port {port} ssh2
{date} web01 sshd[{pid}]: Received disconnect from {ip} port {port}:11: Bye Bye [preauth]
{date} web01 sshd[{pid}]: Disconnected from authenticating user root {ip} port {port} [preauth]`},
	{40, `
{date} web01 sshd[{pid}]: Invalid user {user} from {ip} port {port}
{date} web01 sshd[{pid}]: pam_unix(sshd:auth): check pass; user unknown
{date} web01 sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={ip} 
{date} web01 sshd[{pid}]: Failed password for invalid user {user} from {ip} port {port} ssh2
{date} web01 sshd[{pid}]: Connection closed by invalid user {user} {ip} port {port} [preauth]`},
	{6, `
{date} web01 sshd[{pid}]: Failed password for root from {ip} port {port} ssh2
{date} web01 sshd[{pid}]: error: maximum authentication attempts exceeded for root from {ip} port {port} ssh2 [preauth]
{date} web01 sshd[{pid}]: Disconnecting authenticating user root {ip} port {port}: Too many authentication failures [preauth]`},
	{5, `{date} web01 sshd[{pid}]: Connection closed by {ip} port {port} [preauth]`},
	{5, `{date} web01 sshd[{pid}]: banner exchange: Connection from {ip} port {port}: invalid format`},
	{10, `
{date} web01 sshd[{pid}]: User {user} from {ip} not allowed because not listed in AllowUsers
{date} web01 sshd[{pid}]: Failed password for invalid user {user} from {ip} port {port} ssh2
{date} web01 sshd[{pid}]: Connection closed by invalid user {user} {ip} port {port} [preauth]`},
}

var authNormal = []script{
	{30, `
{date} web01 sshd[{pid}]: Accepted publickey for {staff} from {ip} port {port} ssh2: ED25519 SHA256:2Vw9hT0fK3mJqkC6rZb1pXs8uYdL4eGnA7oQiWvR5cE
{date} web01 sshd[{pid}]: pam_unix(sshd:session): session opened for user {staff}(uid=1001) by (uid=0)
{date} web01 systemd-logind[612]: New session {few} of user {staff}.
{date} web01 sshd[{pid}]: Disconnected from user {staff} {ip} port {port}
{date} web01 sshd[{pid}]: pam_unix(sshd:session): session closed for user {staff}
{date} web01 systemd-logind[612]: Removed session {few}.`},
	{45, `
{date} web01 CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
{date} web01 CRON[{pid}]: pam_unix(cron:session): session closed for user root`},
	{25, `
{date} web01 sudo:   {staff} : TTY=pts/0 ; PWD=/home/{staff} ; USER=root ; COMMAND=/usr/bin/systemctl status nginx
{date} web01 sudo: pam_unix(sudo:session): session opened for user root(uid=0) by {staff}(uid=1001)
{date} web01 sudo: pam_unix(sudo:session): session closed for user root`},
}

var accessAttacks = []script{
	{80, `
{ip} - - [{date}] "GET {probe} HTTP/1.1" 404 153 "-" "Mozilla/5.0 zgrab/0.x"
{ip} - - [{date}] "GET /phpmyadmin/index.php HTTP/1.1" 404 153 "-" "Mozilla/5.0 zgrab/0.x"
{ip} - - [{date}] "GET /.env HTTP/1.1" 404 153 "-" "Mozilla/5.0 zgrab/0.x"`},
	{13, `{ip} - - [{date}] "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03" 400 157 "-" "-"`},
	{7, `{ip} - - [{date}] "POST /login HTTP/1.1" 401 188 "-" "python-requests/2.31.0"`},
}

var accessNormal = []script{
	{60, `
{ip} - - [{date}] "GET / HTTP/1.1" 200 {size} "-" "{agent}"
{ip} - - [{date}] "GET /css/site.css HTTP/1.1" 200 {size} "https://www.example.com/" "{agent}"
{ip} - - [{date}] "GET {page} HTTP/1.1" 304 0 "https://www.example.com/" "{agent}"`},
	{40, `{ip} - - [{date}] "GET {page} HTTP/1.1" 200 {size} "https://www.example.com/" "{agent}"`},
}

var nginxAttacks = []script{
	{45, `
{date} [error] 812#812: *{pid} user "{user}": password mismatch, client: {ip}, server: www.example.com, request: "GET /private/ HTTP/1.1", host: "www.example.com"
{date} [error] 812#812: *{pid} user "{user}" was not found in "/etc/nginx/.htpasswd", client: {ip}, server: www.example.com, request: "GET /private/ HTTP/1.1", host: "www.example.com"`},
	{30, `
{date} [error] 812#812: *{pid} limiting requests, excess: 10.442 by zone "one", client: {ip}, server: www.example.com, request: "GET {page} HTTP/1.1", host: "www.example.com"
{date} [error] 812#812: *{pid} limiting requests, excess: 11.027 by zone "one", client: {ip}, server: www.example.com, request: "GET {page} HTTP/1.1", host: "www.example.com"`},
	{25, `{date} [error] 812#812: *{pid} open() "/usr/share/nginx/html{probe}" failed (2: No such file or directory), client: {ip}, server: www.example.com, request: "GET {probe} HTTP/1.1", host: "www.example.com"`},
}

var nginxNormal = []script{
	{30, `{date} [error] 812#812: *{pid} upstream timed out (110: Connection timed out) while reading response header from upstream, client: {ip}, server: www.example.com, request: "GET /api/v1/items HTTP/1.1", upstream: "http://127.0.0.1:9000/", host: "www.example.com"`},
	{30, `{date} [warn] 812#812: *{pid} a client request body is buffered to a temporary file /var/lib/nginx/body/0000000{pid}, client: {ip}, server: www.example.com, request: "POST /upload HTTP/1.1", host: "www.example.com"`},
	{30, `{date} [error] 812#812: *{pid} open() "/usr/share/nginx/html/img/missing.png" failed (2: No such file or directory), client: {ip}, server: www.example.com, request: "GET /img/missing.png HTTP/1.1", host: "www.example.com"`},
	{10, `{date} [notice] 812#812: signal process started`},
}

var apacheAttacks = []script{
	{50, `
[{date}] [auth_basic:error] [pid 2211:tid 2240] [client {ip}:{port}] AH01617: user {user}: authentication failure for "/private/": Password Mismatch
[{date}] [auth_basic:error] [pid 2211:tid 2240] [client {ip}:{port}] AH01617: user {user}: authentication failure for "/private/": Password Mismatch`},
	{35, `[{date}] [auth_basic:error] [pid 2211:tid 2240] [client {ip}:{port}] AH01618: user {user} not found: /private/`},
	{15, `[{date}] [authz_core:error] [pid 2211:tid 2240] [client {ip}:{port}] AH01630: client denied by server configuration: /var/www/html/server-status`},
}

var apacheNormal = []script{
	{50, `[{date}] [core:info] [pid 2211:tid 2240] [client {ip}:{port}] AH00128: File does not exist: /var/www/html/img/missing.png`},
	{25, `[{date}] [proxy_fcgi:error] [pid 2211:tid 2240] [client {ip}:{port}] AH01071: Got error 'PHP message: PHP Warning:  Undefined array key "page" in /var/www/html/index.php on line 33'`},
	{25, `[{date}] [ssl:info] [pid 2211:tid 2240] [client {ip}:{port}] AH01964: Connection to child 7 established (server www.example.com:443)`},
}

var mailAttacks = []script{
	{40, `
{date} mail postfix/smtpd[{pid}]: connect from unknown[{ip}]
{date} mail postfix/smtpd[{pid}]: warning: unknown[{ip}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
{date} mail postfix/smtpd[{pid}]: warning: unknown[{ip}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6
{date} mail postfix/smtpd[{pid}]: lost connection after AUTH from unknown[{ip}]
{date} mail postfix/smtpd[{pid}]: disconnect from unknown[{ip}] ehlo=1 auth=0/1 quit=1 commands=2/3`},
	{20, `
{date} mail postfix/smtpd[{pid}]: connect from unknown[{ip}]
{date} mail postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[{ip}]: 554 5.7.1 <{user}@example.net>: Relay access denied; from=<{user}@example.org> to=<{user}@example.net> proto=ESMTP helo=<User>
{date} mail postfix/smtpd[{pid}]: disconnect from unknown[{ip}] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4`},
	{40, `{date} mail dovecot: imap-login: Disconnected: Connection closed (auth failed, {few} attempts in {few} secs): user=<{user}@example.com>, method=PLAIN, rip={ip}, lip=192.0.2.250, TLS, session=<{session}>`},
}

var mailNormal = []script{
	{60, `
{date} mail postfix/smtpd[{pid}]: connect from mail.example.org[{ip}]
{date} mail postfix/smtpd[{pid}]: {queue}: client=mail.example.org[{ip}]
{date} mail postfix/cleanup[{pid}]: {queue}: message-id=<{queue}.{pid}@example.org>
{date} mail postfix/qmgr[1011]: {queue}: from=<news@example.org>, size={size}, nrcpt=1 (queue active)
{date} mail postfix/smtpd[{pid}]: disconnect from mail.example.org[{ip}] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7
{date} mail postfix/local[{pid}]: {queue}: to=<bob@example.com>, relay=local, delay=0.21, delays=0.18/0.01/0/0.02, dsn=2.0.0, status=sent (delivered to mailbox)
{date} mail postfix/qmgr[1011]: {queue}: removed`},
	{40, `
{date} mail dovecot: imap-login: Login: user=<{staff}@example.com>, method=PLAIN, rip={ip}, lip=192.0.2.250, mpid={pid}, TLS, session=<{session}>
{date} mail dovecot: imap({staff}@example.com)<{pid}><x>: Disconnected: Logged out in=211 out=1734 deleted=0 expunged=0`},
}

var jailerAttacks = []script{
	{1, `
{date} fail2ban.filter         [733]: INFO    [{jail}] Found {ip} - 2026-01-01 00:00:00
{date} fail2ban.filter         [733]: INFO    [{jail}] Found {ip} - 2026-01-01 00:00:00
{date} fail2ban.actions        [733]: NOTICE  [{jail}] Ban {ip}`},
}

var jailerNormal = []script{
	{40, `{date} fail2ban.actions        [733]: NOTICE  [{jail}] Unban {ip}`},
	{40, `{date} fail2ban.filter         [733]: INFO    [{jail}] Found {ip} - 2026-01-01 00:00:00`},
	{20, `{date} fail2ban.actions        [733]: WARNING [{jail}] {ip} already banned`},
}
