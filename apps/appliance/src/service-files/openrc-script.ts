import { type ServiceRequest, serviceFileMark, serviceRuntime } from "./request.ts";

/** The service script (openrc-run(8), supervise-daemon(8)). */
export function openrcScript({ command, config, user }: ServiceRequest): string {
  const words = command.map(shellWord);
  const configWord = shellWord(config);
  const call = words.join(" ");
  const [program = "", ...before] = words;
  const as = user === undefined ? [] : ["--set", `user=${user}`];
  // OpenRC evaluates both again as shell words.
  const args = shellWord([...before, "serve", "--config", configWord, ...as].join(" "));
  return `#!/sbin/openrc-run
${serviceFileMark}
# Changes of your own: /etc/conf.d/bootlace
# It starts as root and becomes its user itself: not every OpenRC can hand on the right to low ports.

name="Bootlace"
description="Network boot server (proxyDHCP, TFTP, HTTP)"
description_reload="Read the config again; transfers under way continue"
description_checkconfig="Check the config for errors"
extra_commands="checkconfig"
extra_started_commands="reload"

supervisor="supervise-daemon"
command=${shellWord(program)}
command_args=${args}
pidfile="/run/\${RC_SVCNAME}.pid"
retry="TERM/10/KILL/5"
: "\${respawn_delay:=5}"
: "\${respawn_max:=10}"
: "\${respawn_period:=90}"
: "\${output_log:=/var/log/bootlace/bootlace.log}"
: "\${error_log:=/var/log/bootlace/bootlace.log}"

# For the socket of the API, which the group of the user may open.
export RUNTIME_DIRECTORY="${serviceRuntime}"

depend() {
	need net
	after firewall
	use logger
}

checkconfig() {
	${call} check --no-files ${configWord}
}

start_pre() {
	checkpath --directory --mode 0755 /var/log/bootlace || return 1
	checkconfig >/dev/null || checkconfig
}

reload() {
	ebegin "Reloading $name"
	${call} reload --config ${configWord}
	local result=$?
	# 5: the API is switched off or not reached. Then a signal must do, and only the log shows the result.
	if [ "$result" -eq 5 ]; then
		supervise-daemon "$RC_SVCNAME" --signal HUP --pidfile "$pidfile"
		result=$?
	fi
	eend "$result"
}
`;
}

function shellWord(word: string): string {
  if (/^[\w/.:@%+,=-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
