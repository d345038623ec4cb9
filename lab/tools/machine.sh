#!/bin/sh
# Starts a process 1 in namespaces of its own, on the files of this machine with a memory disk over them.
# machine.sh REPOSITORY FOLDER NAME [PACKAGE-TREE...] -- COMMAND...
# REPOSITORY is seen at /opt/bootlace, FOLDER is an empty one to mount in, NAME names the control groups, the package
# trees are copied over the files. The network is the caller's.
set -eu
if [ "${1-}" != --inside ]; then
	name=$3
	# Version 2 alone, or beside the older hierarchies: then systemd wants one of its own as well.
	for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
		[ -e "$top/cgroup.procs" ] || continue
		mkdir -p "$top/$name"
		echo $$ >"$top/$name/cgroup.procs"
	done
	exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup "$0" --inside "$@"
fi
shift
repository=$1 folder=$2
shift 3
mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
cd "$folder"
mkdir upper work root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" root
while [ "$1" != -- ]; do
	tar --create --directory "$1" . | tar --extract --keep-directory-symlink --directory root
	shift
done
shift
# What a Bootlace tried on this machine has left is not that machine's; systemd cannot move it across an overlay either.
rm -rf root/etc/bootlace root/var/lib/bootlace root/var/lib/private/bootlace
mkdir -p root/opt/bootlace root/etc/bootlace root/srv/boot
mount --bind "$repository" root/opt/bootlace
mount -t proc proc root/proc
mount -t sysfs -o ro sysfs root/sys
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
	mount -t cgroup2 cgroup2 root/sys/fs/cgroup
else
	mount -t tmpfs -o mode=755 tmpfs root/sys/fs/cgroup
	mkdir root/sys/fs/cgroup/systemd root/sys/fs/cgroup/unified
	mount -t cgroup -o none,name=systemd cgroup root/sys/fs/cgroup/systemd
	mount -t cgroup2 cgroup2 root/sys/fs/cgroup/unified
fi
mount -t tmpfs -o mode=755 tmpfs root/run
mount -t tmpfs -o mode=1777 tmpfs root/tmp
mount -t tmpfs -o mode=755 tmpfs root/dev
for node in null:3 zero:5 full:7 random:8 urandom:9; do
	mknod -m 666 "root/dev/${node%:*}" c 1 "${node#*:}"
done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts root/dev/pts
mount -t tmpfs -o mode=1777 tmpfs root/dev/shm
ln -s pts/ptmx root/dev/ptmx
ln -s /proc/self/fd root/dev/fd
# As the machine's own process 1 would: what systemd mounts in a namespace of its own must come back here.
mount --make-rshared /
# Nothing of what this machine starts, only what is asked for.
printf '[Unit]\nRequires=systemd-journald.service\nAfter=systemd-journald.service\n' >root/etc/systemd/system/lab.target
exec chroot root /usr/bin/env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
