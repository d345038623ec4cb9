// Decodes and encodes DHCP packets as fast as insomniacslk/dhcp can: MILLISECONDS DISCOVER OFFER, the packets in
// hexadecimal. Prints what lab/src/programs/codec-bench.ts prints.
package main

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

const batch = 500

var sink interface{}

func repeat(duration time.Duration, operation func() interface{}) float64 {
	began := time.Now()
	for count := 0; ; {
		for at := 0; at < batch; at++ {
			sink = operation()
		}
		count += batch
		if passed := time.Since(began); passed >= duration {
			return float64(count) / passed.Seconds()
		}
	}
}

func speed(duration time.Duration, operation func() interface{}) float64 {
	repeat(duration/3, operation)
	return repeat(duration, operation)
}

func decode(bytes []byte) *dhcpv4.DHCPv4 {
	packet, err := dhcpv4.FromBytes(bytes)
	if err != nil {
		panic(err)
	}
	return packet
}

type line struct {
	Decode  float64 `json:"decode"`
	Read    float64 `json:"read"`
	Both    float64 `json:"both"`
	Encoded string  `json:"encoded"`
}

func main() {
	milliseconds, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	duration := time.Duration(milliseconds) * time.Millisecond
	lines := []line{}
	for _, text := range os.Args[2:] {
		bytes, err := hex.DecodeString(text)
		if err != nil {
			panic(err)
		}
		lines = append(lines, line{
			Decode: speed(duration, func() interface{} { return decode(bytes) }),
			// Its options as values, each by the accessor that it has.
			Read: speed(duration, func() interface{} {
				packet := decode(bytes)
				return []interface{}{
					packet.MessageType(), packet.ServerIdentifier(), packet.ClassIdentifier(), packet.UserClass(),
					packet.ParameterRequestList(), packet.ClientArch(), packet.Router(), packet.SubnetMask(),
					packet.BroadcastAddress(), packet.RequestedIPAddress(),
				}
			}),
			Both:    speed(duration, func() interface{} { return decode(bytes).ToBytes() }),
			Encoded: hex.EncodeToString(decode(bytes).ToBytes()),
		})
	}
	if err := json.NewEncoder(os.Stdout).Encode(lines); err != nil {
		panic(err)
	}
}
