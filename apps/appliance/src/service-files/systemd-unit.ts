import { tokenCredential } from "../os/token-file.ts";
import { serviceUser } from "../os/users.ts";
import { type ServiceRequest, serviceFileMark } from "./request.ts";

/** The unit of the service (systemd.unit(5), systemd.service(5), systemd.exec(5)). */
export function systemdUnit({
  command,
  config,
  user,
  writable = [],
  readsHomes = false,
  tokenFile,
}: ServiceRequest): string {
  const program = command.map((word, at) => execWord(word, at > 0)).join(" ");
  const configWord = execWord(config, true);
  return `${serviceFileMark}
# Changes of your own: systemctl edit bootlace
[Unit]
Description=Bootlace network boot server (proxyDHCP, TFTP, HTTP)
Wants=network-online.target
After=network-online.target
# An interface may come late: it is tried again for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
# The messages come from systemd-notify, a child of the daemon.
NotifyAccess=all
ExecStart=${program} serve --config ${configWord}
${tokenFile === undefined ? "" : "# As root, who reads the token, and with no more rights: systemd 252 hands a reload no credentials.\n"}ExecReload=${tokenFile === undefined ? "" : "!"}${program} reload --config ${configWord} --pid $MAINPID
WatchdogSec=30
Restart=on-failure
RestartSec=5
# A command line or a config that is wrong stays wrong.
RestartPreventExitStatus=2 3
KillMode=mixed
TimeoutStopSec=10

${user === undefined ? `User=${serviceUser}\nDynamicUser=yes` : `User=${specifiers(user)}`}
${tokenFile === undefined ? "" : `# The user need not be able to read the file itself.\nLoadCredential=${tokenCredential}:${specifiers(tokenFile)}\n`}StateDirectory=bootlace
LogsDirectory=bootlace
# For the socket of the API, which the group of the user may open.
RuntimeDirectory=bootlace
SyslogIdentifier=bootlace
UMask=0027
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
RestrictSUIDSGID=yes
# AF_NETLINK: the list of network interfaces. AF_UNIX: messages to systemd.
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

ProtectSystem=strict
${writable.length === 0 ? "" : `ReadWritePaths=${writable.map((path) => execWord(`-${path}`, false)).join(" ")}\n`}ProtectHome=${readsHomes ? "read-only" : "yes"}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
# No MemoryDenyWriteExecute: V8 compiles JavaScript to machine code in memory.

[Install]
WantedBy=multi-user.target
`;
}

/**
 * A word of an Exec line, quoted where necessary (systemd.syntax(7)).
 * @param variables true where `$` would be looked up: everywhere but in the program's path
 */
function execWord(word: string, variables: boolean): string {
  const literal = variables ? specifiers(word).replaceAll("$", "$$$$") : specifiers(word);
  if (/^[\w/.:@%+,=$-]+$/.test(literal)) return literal;
  return `"${literal.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** `%` starts a specifier (systemd.unit(5)). */
function specifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
