import { expect, expectTypeOf, test } from "vitest";
import {
  type ArchitectureName,
  type BootMenuItem,
  type ClientNetworkInterface,
  createPacket,
  type DecodedPacket,
  type DhcpPacket,
  decodePacket,
  type EncodeFault,
  encodeOption,
  encodeOptions,
  encodePacket,
  type IpxeOptions,
  messageTypes,
  OPTIONS,
  type OptionName,
  type OptionReading,
  type OptionValue,
  optionValue,
  type PxeOptions,
  type RelayAgentInformation,
  readOption,
  type UserClass,
} from "../src/index.ts";

test("values have the types of their rows", () => {
  expectTypeOf<OptionValue<"messageType">>().toEqualTypeOf<number>();
  expectTypeOf<OptionValue<"router">>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<OptionValue<"bootFileName">>().toEqualTypeOf<string>();
  expectTypeOf<OptionValue<"vendorSpecificInformation">>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<OptionValue<"userClass">>().toEqualTypeOf<UserClass>();
  expectTypeOf<OptionValue<"clientArch">>().toEqualTypeOf<readonly number[]>();
  expectTypeOf<OptionValue<"clientNetworkInterface">>().toEqualTypeOf<ClientNetworkInterface>();
  expectTypeOf<OptionValue<"clientMachineIdentifier">>().toEqualTypeOf<string>();
  expectTypeOf<OptionValue<"relayAgentInformation">>().toEqualTypeOf<RelayAgentInformation>();
  expectTypeOf<OptionValue<"etherboot">>().toEqualTypeOf<IpxeOptions>();
  expectTypeOf<OptionValue<"rapidCommit">>().toEqualTypeOf<true>();
  expectTypeOf<OptionValue<"ipForwarding">>().toEqualTypeOf<boolean>();
  expectTypeOf<IpxeOptions["http"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<PxeOptions["bootMenu"]>().toEqualTypeOf<readonly BootMenuItem[] | undefined>();
  expectTypeOf<RelayAgentInformation["linkSelection"]>().toEqualTypeOf<string | undefined>();
});

test("reading distinguishes absent, malformed and present", () => {
  const packet = {} as DhcpPacket;
  expectTypeOf(readOption<"router">).returns.toEqualTypeOf<OptionReading<readonly string[]>>();
  expectTypeOf(optionValue<"hostName">).returns.toEqualTypeOf<string | undefined>();
  expectTypeOf(packet.options).toEqualTypeOf<ReadonlyMap<number, Uint8Array>>();
  expectTypeOf<"absent" | "malformed" | "present">().toEqualTypeOf<OptionReading<number>["state"]>();
  expectTypeOf<"bootFileName" | "userClass">().toExtend<OptionName>();
  expectTypeOf<"nonsense">().not.toExtend<OptionName>();
});

test("results are unions on ok", () => {
  const result = decodePacket(new Uint8Array(0));
  if (result.ok) expectTypeOf(result.packet).toEqualTypeOf<DecodedPacket>();
  else expectTypeOf(result.fault.at).toEqualTypeOf<number>();
  expectTypeOf(encodePacket).parameter(0).toEqualTypeOf<DhcpPacket>();
  expectTypeOf<DecodedPacket>().toExtend<DhcpPacket>();
  const written = encodePacket(createPacket());
  if (!written.ok) expectTypeOf(written.fault).toEqualTypeOf<EncodeFault>();
});

test("wrong values do not compile", () => {
  // @ts-expect-error a list, not one address
  expect(encodeOption("router", "10.0.0.1").ok).toBe(false);
  // @ts-expect-error no such option
  expect(encodeOption("nonsense", 1).ok).toBe(false);
  // @ts-expect-error a number, not a name
  expect(encodeOptions({ messageType: "OFFER" }).ok).toBe(false);
});

test("tables are literal", () => {
  expectTypeOf(OPTIONS.bootFileName.code).toEqualTypeOf<67>();
  expectTypeOf(OPTIONS.bootFileName.name).toEqualTypeOf<"bootFileName">();
  expectTypeOf(messageTypes.OFFER).toEqualTypeOf<2>();
  expectTypeOf<"x64-uefi">().toExtend<ArchitectureName>();
  expectTypeOf<"x64">().not.toExtend<ArchitectureName>();
  expect(OPTIONS.bootFileName.code).toBe(67);
});
