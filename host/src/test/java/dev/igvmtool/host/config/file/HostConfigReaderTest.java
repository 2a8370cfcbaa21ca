package dev.igvmtool.host.config.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.PersistedState;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.testing.HandoffCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostConfigReaderTest {
    private static final long MIB = 1 << 20;
    private static final Path FOLDER = Path.of("/nonexistent");

    private static VmConfig read(String text) {
        return HostConfigReader.read("h.yaml", text, FOLDER).build();
    }

    @Test
    void readsEveryConfigurationOfTheReferenceData() {
        for (HandoffCase golden : HandoffCase.all()) {
            VmConfig config = HostConfigReader.read(golden.configFile()).build();
            assertEquals(
                    golden.config().get("processors").size(),
                    config.processors().size(),
                    golden.name());
            assertEquals(
                    golden.has("persisted-header.bin"), config.persistedState().isPresent(), golden.name());
            assertEquals(
                    golden.isolation().toUpperCase(Locale.ROOT),
                    config.isolation().name(),
                    golden.name());
            assertEquals(
                    golden.hasUsualTree(),
                    config.deviceTree() && config.givenTree().isEmpty(),
                    golden.name());
        }
    }

    @Test
    void takesEveryFieldOfTheReferenceFromItsPlace() {
        VmConfig config = read("""
                {"description": "x", "isolation": "snp",
                 "processors": [{"index": 0, "apic_id": 4, "node": 0}, {"index": 1, "apic_id": 4294967295, "node": 1}],
                 "ram": [{"start": "0x0", "size": "0x10000000", "node": 1}],
                 "vtl2_base": {"mode": "memory-layout", "address": "0x120000000", "size": "0x4000000"},
                 "vtl2_protectable_override": [{"start": "0x8000000", "size": "0x4000000"}],
                 "mmio": {"chipset_low": null, "chipset_high": {"start": "0x1000000000", "size": "0x1000"},
                   "vtl2": {"start": "0x2000000000", "size": "0x2000"},
                   "vtl2_second": {"start": "0x1800000000", "size": "0x3000"}},
                 "com": null, "command_line": "a=b", "vmbus_redirect": true, "entropy": "00ff",
                 "host_tree": {"pio_bus_name": "io-bus", "pio_bus_size_cells": 0, "keep_alive": false,
                   "total-pages": 512, "vtl0-alias-map": "0x4000000000"},
                 "slit": "0102", "pptt": "03", "reference_time": {"first": 7, "step": 3},
                 "tsc": {"first": 5000000000, "step": 250000, "cpuid_15_ebx": 80}, "x2apic": false,
                 "physical_address_bits": 36, "vtl0_alias_map_available": false, "active_vtl": 0,
                 "td_config_flags": "0x5", "vp_index_answer": {"2": 3}, "no_device_tree": true, "corrupt_initrd": true}
                """);
        assertEquals(Isolation.SNP, config.isolation());
        assertEquals(List.of(new Processor(4, 0), new Processor(-1, 1)), config.processors());
        assertEquals(List.of(new RamRange(new GpaRange(0, 0x1000_0000), 1)), config.ram());
        assertEquals(
                new Vtl2Base.MemoryLayout(OptionalLong.of(0x1_2000_0000L), OptionalLong.of(64 * MIB)),
                config.vtl2Base());
        assertEquals(Optional.of(List.of(GpaRange.ofSize(0x800_0000, 64 * MIB))), config.vtl2ProtectableOverride());
        assertEquals(
                new Mmio(
                        Optional.empty(),
                        Optional.of(GpaRange.ofSize(0x10_0000_0000L, 0x1000)),
                        Optional.of(GpaRange.ofSize(0x20_0000_0000L, 0x2000)),
                        Optional.of(GpaRange.ofSize(0x18_0000_0000L, 0x3000))),
                config.mmio());
        assertEquals(Optional.empty(), config.com());
        assertEquals("a=b", config.commandLine());
        assertTrue(config.vmbusRedirect());
        assertEquals(Bytes.fromHex("00ff"), config.entropy());
        assertEquals("io-bus", config.hostTree().pioBusName());
        assertEquals(0, config.hostTree().pioBusSizeCells());
        assertEquals(false, config.hostTree().keepAlive());
        assertEquals(OptionalLong.of(512), config.hostTree().totalPages());
        assertEquals(OptionalLong.of(0x40_0000_0000L), config.hostTree().vtl0AliasMap());
        assertEquals(Optional.of(Bytes.fromHex("0102")), config.slit());
        assertEquals(Optional.of(Bytes.fromHex("03")), config.pptt());
        assertEquals(Optional.of(new CounterSequence(7, 3)), config.referenceTime());
        assertEquals(Optional.of(new CounterSequence(5_000_000_000L, 250_000)), config.tsc());
        assertEquals(80, config.tscRatioNumerator().orElseThrow());
        assertEquals(false, config.x2apic());
        assertEquals(36, config.physicalAddressBits());
        assertEquals(false, config.vtl0AliasMapAvailable());
        assertEquals(0, config.activeVtl());
        assertEquals(5, config.tdConfigFlags());
        assertEquals(3, config.vpIndexAnswers().get(2));
        assertEquals(false, config.deviceTree());
        assertTrue(config.corruptInitrd());
    }

    @Test
    void absentFieldsAndMostNullsKeepTheUsual() {
        VmConfig usual = VmConfig.builder().build();
        assertEquals(usual, read("{}"));
        assertEquals(usual, read("""
                {description: null, isolation: null, processors: null, ram: null, vtl2_base: null, slit: ~, pptt: ,
                 entropy: null, host_tree: null, persisted_state: null, x2apic: null, active_vtl: null, tsc: null}
                """));
        assertEquals(Optional.of(ComPort.COM3), usual.com());
        assertEquals(Mmio.NONE, read("mmio: null").mmio());
    }

    @Test
    void peopleMayGiveNumbersInPlaceOfLists() {
        VmConfig config = read("""
                # a small machine
                processors: {count: 6, first_apic_id: 0x10, apic_id_step: 2}
                nodes: 2
                memory: 4G        # around the hole
                entropy: {seed: 5, size: 16}
                seed: 7
                com: {port: 0x2f8}
                vtl2_base: vtl2-allocate
                """);
        assertEquals(
                List.of(16, 18, 20, 22, 24, 26),
                config.processors().stream().map(Processor::apicId).toList());
        assertEquals(
                List.of(0, 0, 0, 1, 1, 1),
                config.processors().stream().map(Processor::node).toList());
        assertEquals(
                List.of(
                        new RamRange(new GpaRange(0, 2048 * MIB), 0),
                        new RamRange(new GpaRange(2048 * MIB, 0xf800_0000L), 1),
                        new RamRange(GpaRange.ofSize(4096 * MIB, 128 * MIB), 1)),
                config.ram());
        assertEquals(16, config.entropy().size());
        assertEquals(7, config.seed());
        assertEquals(0x2f8, config.com().orElseThrow().port());
        assertEquals(new Vtl2Base.Vtl2Allocate(OptionalLong.empty(), 128 * MIB), config.vtl2Base());
        assertEquals(
                List.of(0, 1, 1),
                read("processors: 3\nram: [{start: 0, end: 1G, node: 0}, {start: 1G, size: 1GiB, node: 1}]")
                        .processors()
                        .stream()
                        .map(Processor::node)
                        .toList());
        assertEquals(2, read("nodes: 2").processors().size());
    }

    @Test
    void tablesMayBeDescribed() {
        VmConfig config = read("""
                processors: 4
                slit: {distances: [[10, 20], [21, 10]]}
                pptt: {threads_per_core: 2, cores_per_package: 1}
                """);
        Bytes slit = config.slit().orElseThrow();
        assertEquals(Bytes.utf8("SLIT"), slit.slice(0, 4));
        assertEquals(Bytes.fromHex("02000000000000000a14150a"), slit.slice(36, 12));
        assertEquals(Bytes.utf8("PPTT"), config.pptt().orElseThrow().slice(0, 4));
    }

    @Test
    void namedFilesAreRead(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("t.dtb"), new byte[] {1});
        Files.write(folder.resolve("e"), new byte[] {2});
        Files.write(folder.resolve("h"), new byte[] {3});
        Files.write(folder.resolve("persisted-payload.bin"), new byte[] {4});
        VmConfig config = HostConfigReader.read(
                        "-",
                        "{\"host_tree\": {\"file\": \"t.dtb\"}, \"entropy\": {\"file\": \"e\"},"
                                + " \"persisted_state\": {\"header\": \"h\"}}",
                        folder)
                .build();
        assertEquals(Optional.of(Bytes.fromHex("01")), config.givenTree());
        assertEquals(Bytes.fromHex("02"), config.entropy());
        assertEquals(Bytes.fromHex("03"), config.persistedState().orElseThrow().header());
        assertEquals(Bytes.fromHex("04"), config.persistedState().orElseThrow().payload());
    }

    /** The reference has the state in both forms: its files, and their content in the configuration. */
    @Test
    void aStateMayBeGivenByItsContent() {
        int count = 0;
        for (HandoffCase golden : HandoffCase.all()) {
            if (!golden.has("persisted-header.bin") || !golden.boots()) {
                continue;
            }
            PersistedState ofFiles = HostConfigReader.read(golden.configFile())
                    .build()
                    .persistedState()
                    .orElseThrow();
            String text = golden.bytes("config.json").toUtf8();
            PersistedState ofContent = HostConfigReader.read("config.json", text, FOLDER)
                    .build()
                    .persistedState()
                    .orElseThrow();
            int headerBytes = PersistedStateHeader.CODEC.size();
            assertEquals(ofFiles.header().slice(0, headerBytes), ofContent.header(), golden.name());
            assertEquals(ofFiles.payload().slice(0, ofContent.payload().size()), ofContent.payload(), golden.name());
            count++;
        }
        assertEquals(4, count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|line 1, column 1: the host configuration is a list, expected an object",
                "{\"cpus\": 1}|line 1, column 2: unknown field 'cpus' in the host configuration, which has description",
                "{\"procesors\": 1}|line 1, column 2: unknown field 'procesors' in the host configuration, did you mean 'processors'?",
                "{\"ram\": [{\"start\": \"0x0\", \"kind\": 1}]}|line 1, column 27: unknown field 'kind' in a range of 'ram', which has start",
                "{\"ram\": [{\"start\": \"x\", \"size\": 1}]}|line 1, column 20: 'start' is the string 'x', expected a number of bytes",
                "{\"ram\": [{\"start\": 0}]}|line 1, column 10: a range of 'ram' has a 'size' or an 'end', one of them",
                "{\"ram\": [{\"start\": 0, \"size\": 1, \"end\": 1}]}|line 1, column 10: a range of 'ram' has a 'size' or an 'end'",
                "{\"ram\": [{\"start\": \"0x10\", \"size\": \"0x1000\"}]}|line 1, column 10: a range of 'ram' is 0x10-0x1010, expected multiples of 0x1000",
                "{\"ram\": [{\"start\": \"0x1000\", \"size\": \"0x7fffffffffffffff\"}]}|line 1, column 10: a range of 'ram' starts at 0x1000 with size 0x7fffffffffffffff",
                "{\"ram\": [{\"start\": 0, \"size\": 8192}, {\"start\": 4096, \"size\": 4096}]}|line 1, column 38: a range of 'ram', 0x1000-0x2000, overlaps another",
                "{\"ram\": []}|line 1, column 9: 'ram' is empty",
                "{\"ram\": [{\"start\": 0, \"size\": \"1G\"}], \"memory\": \"1G\"}|line 1, column 49: 'memory' and 'ram' say the same",
                "{\"memory\": 1000}|line 1, column 12: 0x3e8 bytes of memory cannot be spread over 1 nodes",
                "{\"memory\": \"99999999999T\"}|line 1, column 12: 'memory' is the string '99999999999T', expected a number of bytes",
                "{\"processors\": []}|line 1, column 16: 'processors' has 0 elements, expected 1 to 4096",
                "{\"processors\": 0}|line 1, column 16: 'processors' is the number 0, expected 1 to 4096",
                "{\"processors\": 4097}|line 1, column 16: 'processors' is the number 4097, expected a whole number from 0 to 4096",
                "{\"processors\": 2, \"nodes\": 3}|line 1, column 28: 2 processors cannot be spread over 3 nodes",
                "{\"processors\": [{\"index\": 1}]}|line 1, column 27: 'index' of a processor is 1, expected its place in the list, 0",
                "{\"processors\": [{\"apic_id\": 4294967296}]}|line 1, column 29: 'apic_id' is the number 4294967296",
                "{\"processors\": {\"count\": 3, \"apic_id_step\": 0}}|line 1, column 16: APIC ids of 3 processors from 0 in steps of 0 are not different",
                "{\"x2apic\": 1}|line 1, column 12: 'x2apic' is the number 1, expected true or false",
                "{\"active_vtl\": 3}|line 1, column 16: 'active_vtl' is the number 3, expected a whole number from 0 to 2",
                "{\"active_vtl\": -1}|line 1, column 16: 'active_vtl' is the number -1, expected a whole number",
                "{\"active_vtl\": 1.0}|line 1, column 16: 'active_vtl' is the number 1.0, expected a whole number",
                "{\"physical_address_bits\": 31}|line 1, column 27: 'physical_address_bits' is 31, expected 32 to 52",
                "{\"isolation\": \"sev\"}|line 1, column 15: unknown value 'sev' for 'isolation', expected one of none, vbs, snp, tdx",
                "{\"isolation\": \"txd\"}|line 1, column 15: unknown value 'txd' for 'isolation', did you mean 'tdx'?",
                "{\"vtl2_base\": {\"mode\": \"here\"}}|line 1, column 24: unknown value 'here' for 'mode' of 'vtl2_base'",
                "{\"vtl2_base\": {\"mode\": \"absolute\"}}|line 1, column 15: missing field 'address' in 'vtl2_base'",
                "{\"vtl2_base\": \"absolute\"}|line 1, column 15: 'absolute' needs an object with mode and address",
                "{\"entropy\": \"0\"}|line 1, column 13: 'entropy' is the string '0', expected pairs of hexadecimal digits",
                "{\"entropy\": {}}|line 1, column 13: missing field 'seed' in 'entropy'",
                "{\"entropy\": {\"seed\": 1, \"size\": 65537}}|line 1, column 33: 'size' is the number 65537",
                "{\"slit\": {\"distances\": [[10, 20]]}}|line 1, column 25: a row of 'distances' has 2 elements, expected one for each of 1 nodes",
                "{\"slit\": {\"distances\": [[11]]}}|line 1, column 26: distance is 11, expected 10, of a node from itself",
                "{\"pptt\": {\"threads_per_core\": 0, \"cores_per_package\": 1}}|line 1, column 31: 'threads_per_core' is the number 0",
                "{\"vp_index_answer\": {\"a\": 1}}|line 1, column 22: 'vp_index_answer' is the number a, expected a whole number",
                "{\"persisted_state\": {\"memory\": []}}|line 1, column 21: 'persisted_state' has no memory of type 12",
                "{\"persisted_state\": {\"memory\": [{\"start\": 0, \"end\": 0, \"vtl_type\": 13}]}}|line 1, column 68: 'vtl_type' is 13, expected 0 to 12",
                "{\"persisted_state\": {}}|line 1, column 21: persisted-header.bin: no such file",
                "{\"host_tree\": {\"exotic\": true}}|line 1, column 26: host-tree.dtb: no such file",
                "{\"host_tree\": {\"file\": \"\\u0000\"}}|line 1, column 24: '\\u0000' is not a path",
                "{\"x2apic\": true, \"x2apic\": true}|line 1, column 18: field 'x2apic' is repeated in the host configuration",
                "{|line 1, column 2: Unexpected end-of-input",
            })
    void refusesWithThePlaceAndWhatItExpected(String json, String message) {
        DocumentException e =
                assertThrows(DocumentException.class, () -> HostConfigReader.read("h.json", json, FOLDER), json);
        String found = e.getMessage();
        String start = "h.json: " + message;
        assertEquals(start, found.substring(0, Math.min(start.length(), found.length())));
        assertTrue(found.lines().count() == 1, found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &x [1]\nb: *x",
                "isolation: !!java.net.URL [x]",
                "{}\n---\n{}",
                "processors: 010",
                "processors: 1_0",
                "processors: 1e1",
                "processors: .inf",
                "processors: 0o4",
                "processors: 99999999999999999999999",
                "memory: -1",
                "memory: 1.5G",
                "memory: 18446744073709551616",
                "memory: 16777216T",
                "com: yes",
                "? [a]\n: b",
                "\t",
                "'",
                "seed: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            })
    void refusesYamlBeyondPlainData(String yaml) {
        DocumentException e = assertThrows(DocumentException.class, () -> read(yaml), yaml);
        assertTrue(e.getMessage().startsWith("h.yaml"), e.getMessage());
        assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
}
