# forge: sends UDP datagrams whose sender is made up, so many a second, until it is ended.
#   perl forge.pl KIND SERVER INTERFACE RATE [BURST] [SENDER] [MAC] [PORT]
# A sender of "invented" is another one in 10.0.0.0/8 for each datagram, "near" one in 192.168.77.0/24; a MAC of "invented" is another
# one each time, and so is a PORT of 0. Needs CAP_NET_RAW. Prints "begun".
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time sleep);

my ($kind, $server, $device, $rate, $burst, $sender, $mac, $port) = @ARGV;
$burst //= 0;
$sender //= "invented";
$mac //= "invented";

socket(my $raw, AF_INET, SOCK_RAW, 255) or die "socket: $!";
setsockopt($raw, SOL_SOCKET, SO_BROADCAST, 1) or die "broadcast: $!";
setsockopt($raw, SOL_SOCKET, 25, "$device\0") or die "device: $!";

sub address {
  return join(".", 10, map { 1 + int(rand(250)) } 1 .. 3) if $sender eq "invented";
  return $sender eq "near" ? "192.168.77." . (100 + int(rand(100))) : $sender;
}
sub port { return $port || 1024 + int(rand(64000)) }
sub mac {
  return $mac eq "invented" ? pack("CCN", 2, 0x99, int(rand(2**32))) : pack("H*", $mac =~ tr/://dr);
}

sub datagram {
  my ($from, $from_port, $to, $to_port, $payload) = @_;
  my $udp = pack("nnnn", $from_port, $to_port, 8 + length $payload, 0) . $payload;
  my $ip = pack("CCnnnCCna4a4", 0x45, 0, 20 + length $udp, 0, 0, 64, 17, 0, inet_aton($from), inet_aton($to));
  send($raw, $ip . $udp, 0, sockaddr_in(0, inet_aton($to)));
}

sub request {
  my ($name, $mode, @options) = @_;
  datagram(address(), port(), $server, 69, pack("n", 1) . join("", map { "$_\0" } $name, $mode, @options));
}

sub dhcp {
  my ($type, $from, $from_port, $to, $to_port, $mac) = @_;
  my $ciaddr = $type == 1 ? "0.0.0.0" : $from;
  my $head = pack("CCCCNnna4x12a6x10x192N", 1, 1, 6, 0, int(rand(2**32)), 0, 0x8000, inet_aton($ciaddr), $mac, 0x63825363);
  my $class = "PXEClient:Arch:00007:UNDI:003016";
  my $options = pack("CCC", 53, 1, $type) . pack("CC", 60, length $class) . $class . pack("CCn", 93, 2, 7) . pack("C", 255);
  datagram($from, $from_port, $to, $to_port, $head . $options);
}

my %kinds = (
  netascii => sub { request("initrd.img", "netascii") },
  missing => sub { request("pxelinux.cfg/x" . int(rand(1e9)), "octet", "tsize", "0") },
  present => sub { request("bootx64.efi", "octet", "tsize", "0", "blksize", "1468") },
  discover => sub { dhcp(1, $sender, 68, "255.255.255.255", 67, mac()) },
  "discover-here" => sub { dhcp(1, $sender, 68, $server, 67, mac()) },
  pxe => sub { dhcp(3, address(), 4011, $server, 4011, mac()) },
);
my $work = $kinds{$kind} or die "no such kind: $kind";
$work->() for 1 .. $burst;
$| = 1;
print "begun\n";
my $began = time;
my $sent = 0;
while (1) {
  my $due = int((time - $began) * $rate);
  $work->() while $sent++ < $due;
  $sent = $due;
  sleep(0.002);
}
