package dev.igvmtool.cli.hostconfig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.config.ComPort;
import dev.igvmtool.host.config.CounterSequence;
import dev.igvmtool.host.config.Processor;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostConfigFileTest {
    @Test
    void readsEveryConfigurationOfTheReferenceData() throws IOException {
        try (Stream<Path> folders = Files.list(SharedTestData.require("handoff/cases"))) {
            for (Path folder : folders.sorted().toList()) {
                String json = Files.readString(folder.resolve("config.json"));
                if (json.contains("\"exotic\"")) {
                    continue; // Trees made by hand: no configuration describes them.
                }
                VmConfig config = HostConfigFile.read(
                                Bytes.utf8(json), name -> Bytes.wrap(Files.readAllBytes(folder.resolve(name))))
                        .build();
                int processors = json.split("\"apic_id\"", -1).length - 1;
                assertEquals(processors, config.processors().size(), folder.toString());
                boolean serviced = json.contains("persisted_state");
                assertEquals(serviced, config.persistedState().isPresent(), folder.toString());
            }
        }
    }

    @Test
    void takesEveryFieldFromItsPlace() throws IOException {
        VmConfig config = read("""
                {"processors": [{"index": 0, "apic_id": 4, "node": 0}, {"index": 1, "apic_id": 6, "node": 1}],
                 "ram": [{"start": "0x0", "size": "0x10000000", "node": 1}],
                 "vtl2_base": {"mode": "memory-layout", "address": "0x120000000"},
                 "mmio": {"chipset_low": null, "chipset_high": {"start": "0x1000000000", "size": "0x1000"}, "vtl2": null},
                 "com": null, "command_line": "a=b", "vmbus_redirect": true, "entropy": "00ff",
                 "host_tree": {"total-pages": 512}, "reference_time": {"first": 7, "step": 3}, "x2apic": false,
                 "vp_index_answer": {"2": 3}, "no_device_tree": true}
                """);
        assertEquals(List.of(new Processor(4, 0), new Processor(6, 1)), config.processors());
        assertEquals(List.of(new RamRange(new GpaRange(0, 0x1000_0000), 1)), config.ram());
        assertEquals(
                new Vtl2Base.MemoryLayout(OptionalLong.of(0x1_2000_0000L), OptionalLong.empty()), config.vtl2Base());
        assertEquals(
                Optional.of(GpaRange.ofSize(0x10_0000_0000L, 0x1000)),
                config.mmio().chipsetHigh());
        assertEquals(Optional.empty(), config.mmio().chipsetLow());
        assertEquals(Optional.empty(), config.com());
        assertEquals("a=b", config.commandLine());
        assertEquals(true, config.vmbusRedirect());
        assertEquals(Bytes.of((byte) 0, (byte) 0xff), config.entropy());
        assertEquals(OptionalLong.of(512), config.hostTree().totalPages());
        assertEquals(Optional.of(new CounterSequence(7, 3)), config.referenceTime());
        assertEquals(false, config.x2apic());
        assertEquals(3, config.vpIndexAnswers().get(2));
        assertEquals(false, config.deviceTree());
    }

    @Test
    void absentFieldsKeepTheUsual() throws IOException {
        VmConfig config = read("{}");
        assertEquals(Optional.of(ComPort.COM3), config.com());
        assertEquals(1, config.processors().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|document is an array, expected an object",
                "{\"cpus\": 1}|unknown field cpus, expected one of",
                "{\"ram\": [{\"start\": \"0x0\", \"kind\": 1}]}|unknown field ram[0].kind",
                "{\"ram\": [{\"start\": 0}]}|field ram[0].start is 0, expected a string",
                "{\"ram\": [{\"start\": \"10\"}]}|field ram[0].start is \"10\", expected a hexadecimal number",
                "{\"ram\": [{\"start\": \"0x10\", \"size\": \"0x1000\"}]}|ram[0]: start 0x10 and size 0x1000",
                "{\"processors\": []}|field processors has 0 elements, expected 1 to 4096",
                "{\"processors\": [{\"index\": 1, \"apic_id\": 0, \"node\": 0}]}|processors[0]: index 1",
                "{\"x2apic\": 1}|field x2apic is 1, expected true or false",
                "{\"active_vtl\": 3}|field active_vtl is 3, expected 0 to 2",
                "{\"active_vtl\": -1}|field active_vtl is -1, expected a whole number",
                "{\"isolation\": \"sev\"}|field isolation is \"sev\", expected none, vbs, snp or tdx",
                "{\"vtl2_base\": {\"mode\": \"here\"}}|field vtl2_base.mode is \"here\"",
                "{\"vtl2_base\": {\"mode\": \"absolute\"}}|field vtl2_base.address is missing",
                "{\"x2apic\": true, \"x2apic\": true}|not JSON: Duplicate",
                "{|not JSON: Unexpected end-of-input",
            })
    void refusesWithThePlaceAndWhatItExpected(String json, String message) {
        FormatException e = assertThrows(FormatException.class, () -> read(json));
        String found = e.getMessage();
        assertEquals(message, found.substring(0, Math.min(message.length(), found.length())));
    }

    private static VmConfig read(String json) throws IOException {
        return HostConfigFile.read(Bytes.utf8(json), name -> Bytes.EMPTY).build();
    }
}
