package dev.igvmtool.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.host.hostile.plan.Catalogue;
import dev.igvmtool.host.hostile.plan.HostilePlan;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RecordJsonTest {
    private static String written(Class<?> type, Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            RecordJson.write(json, type, value);
        }
        return text.toString();
    }

    private static Object read(Class<?> type, String json) throws IOException {
        return RecordJson.read(new ObjectMapper().readTree(json), type, "value");
    }

    @Test
    void inputsComeBackAsTheyWere() throws IOException {
        for (Input input : List.of(
                new Input.MemoryWrite(-4096, Bytes.fromHex("00ff")),
                new Input.RegisterWrite(3, 2, 0x20000, new RegisterValue(-1, 7)),
                new Input.SerialInput(0x3f8, Bytes.EMPTY),
                new Input.VpChoice(15))) {
            assertEquals(input, read(Input.class, written(Input.class, input)));
        }
        assertEquals(
                "{\"is\":\"MemoryWrite\",\"gpa\":\"0x1000\",\"content\":\"0a\"}",
                written(Input.class, new Input.MemoryWrite(0x1000, Bytes.fromHex("0a"))));
    }

    @Test
    void usualHostComesBackAsItWas() throws IOException {
        VmConfig config = VmConfig.builder().vpCount(16).nodes(2).seed(-5).build();
        assertEquals(config, read(VmConfig.class, written(VmConfig.class, config)));
    }

    @Test
    void lyingHostsComeBackAsTheyWere() throws IOException {
        for (HostilePlan plan : Catalogue.all()) {
            VmConfig config = VmConfig.builder().lies(plan.lies()).build();
            assertEquals(config, read(VmConfig.class, written(VmConfig.class, config)), plan.name());
        }
    }

    @TestFactory
    Stream<DynamicTest> everyHostOfTheHandOverCasesComesBackAsItWas() throws IOException {
        Path cases = SharedTestData.require("handoff/cases");
        List<Path> folders;
        try (Stream<Path> listed = Files.list(cases)) {
            folders = listed.sorted().toList();
        }
        return folders.stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> {
                    VmConfig config =
                            HostConfigReader.read(folder.resolve("config.json")).build();
                    assertEquals(config, read(VmConfig.class, written(VmConfig.class, config)));
                }));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        for (List<String> jsonAndMessage : List.of(
                List.of("[]", "value is not an object"),
                List.of("{}", "value.is is not the name of a case"),
                List.of("{\"is\":\"Nothing\"}", "value.is is \"Nothing\", which is not a Input"),
                List.of("{\"is\":\"VpChoice\"}", "value.vp is not there"),
                List.of("{\"is\":\"VpChoice\",\"vp\":\"1\"}", "value.vp is not a number of 32 bits"),
                List.of("{\"is\":\"VpChoice\",\"vp\":1,\"x\":2}", "value.x is not a field that is known here"),
                List.of("{\"is\":\"VpChoice\",\"vp\":5000000000}", "value.vp is not a number of 32 bits"),
                List.of(
                        "{\"is\":\"MemoryWrite\",\"gpa\":\"12\",\"content\":\"\"}",
                        "value.gpa is not a hexadecimal number such as \"0x1f\""),
                List.of(
                        "{\"is\":\"MemoryWrite\",\"gpa\":\"0x12\",\"content\":\"0\"}",
                        "value.content is not pairs of hexadecimal digits"))) {
            FormatException e = assertThrows(FormatException.class, () -> read(Input.class, jsonAndMessage.get(0)));
            assertEquals(jsonAndMessage.get(1), e.getMessage());
        }
    }
}
