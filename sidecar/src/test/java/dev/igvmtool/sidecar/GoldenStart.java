package dev.igvmtool.sidecar;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.InitialVpContext;
import dev.igvmtool.abi.sidecar.SidecarParams;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the real sidecar was given and left in one case of the hand-over test data. */
record GoldenStart(Path expected) {
    private static final Pattern START =
            Pattern.compile("\"code\": \"(0x[0-9a-f]+)\".*\"vp\": (\\d+), \"vtl\": 2,.*\"all\": \"([0-9a-f]+)\"");

    /** A case by name; the test is skipped where the data is missing. */
    static GoldenStart of(String name) {
        return new GoldenStart(SharedTestData.require("handoff/cases/" + name + "/expected"));
    }

    SidecarParams params() {
        return SidecarParams.CODEC.read(file("sidecar-params.bin"));
    }

    /** The output page as it was after the call. */
    Bytes output() {
        return file("sidecar-output.bin");
    }

    /** Contexts given to one hypercall, by VP index. */
    Map<Integer, InitialVpContext> contexts(String code) {
        Map<Integer, InitialVpContext> contexts = new TreeMap<>();
        for (String line : file("hypercalls.ndjson").toUtf8().lines().toList()) {
            Matcher matcher = START.matcher(line);
            if (matcher.find() && matcher.group(1).equals(code)) {
                contexts.put(
                        Integer.parseInt(matcher.group(2)),
                        InitialVpContext.CODEC.read(Bytes.fromHex(matcher.group(3))));
            }
        }
        return contexts;
    }

    Bytes file(String name) {
        try {
            return Bytes.wrap(Files.readAllBytes(expected.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
