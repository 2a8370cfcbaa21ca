package dev.igvmtool.host.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.loader.IgvmLoader;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that are not what they should be: each is loaded, or refused in one line. */
class BadImagesTest {
    private static final int VARIABLE_HEADERS = 8;
    private static final int CHECKSUM = 20;
    private static final int STRIDE = 211;

    private static List<VmConfig> configs() {
        List<VmConfig> configs = new ArrayList<>();
        for (Isolation isolation : Isolation.values()) {
            configs.add(VmConfig.builder()
                    .isolation(isolation)
                    .topology(2, 1L << 30, 1)
                    .build());
        }
        for (Vtl2Base base : List.of(
                new Vtl2Base.Absolute(0x1000_0000),
                new Vtl2Base.MemoryLayout(OptionalLong.empty(), OptionalLong.empty()),
                new Vtl2Base.Vtl2Allocate(OptionalLong.empty(), 1 << 27))) {
            configs.add(
                    VmConfig.builder().topology(2, 1L << 30, 1).vtl2Base(base).build());
        }
        return configs;
    }

    /** Whether any configuration takes it. */
    private static boolean loads(Bytes content, List<VmConfig> configs, String what) {
        IgvmFile file;
        try {
            file = IgvmReader.read(content);
        } catch (IgvmToolException e) {
            assertOneLine(e, what);
            return false;
        }
        boolean loaded = false;
        for (VmConfig config : configs) {
            try {
                VirtualMachine.load(file, config, Programs.NONE, Optional.empty());
                loaded = true;
            } catch (IgvmToolException e) {
                assertOneLine(e, what);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError(what + " must be loaded or refused", e);
            }
            if (config.isolation() == Isolation.NONE) {
                try {
                    IgvmLoader.planReload(file, config);
                } catch (IgvmToolException e) {
                    assertOneLine(e, what);
                }
            }
        }
        return loaded;
    }

    private static void assertOneLine(IgvmToolException e, String what) {
        assertEquals(1, e.getMessage().lines().count(), what + ": " + e.getMessage());
        assertTrue(e.getMessage().length() < 400, what + ": " + e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "bad", "mutations"})
    void everyFileOfTheCorpusIsLoadedOrRefused(String folder) throws IOException {
        List<VmConfig> configs = configs();
        try (Stream<Path> files =
                Files.list(SharedTestData.require("igvm-corpus").resolve(folder))) {
            for (Path file : files.sorted().toList()) {
                long start = System.nanoTime();
                loads(Bytes.wrap(Files.readAllBytes(file)), configs, file.toString());
                Duration time = Duration.ofNanos(System.nanoTime() - start);
                assertTrue(time.toSeconds() < 20, file + " took " + time);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"reloc-minimal,NONE", "snp-restricted,SNP", "tdx-debug,TDX"})
    void everyDamagedHeaderIsLoadedOrRefused(String name, Isolation isolation) throws IOException {
        byte[] good = Files.readAllBytes(SharedTestData.require("golden/cases/" + name + "/expected/" + name + ".bin"));
        List<VmConfig> configs =
                configs().stream().filter(it -> it.isolation() == isolation).toList();
        ByteBuffer fixed = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        int start = fixed.getInt(VARIABLE_HEADERS);
        int size = fixed.getInt(VARIABLE_HEADERS + Integer.BYTES);
        int loaded = 0;
        for (int bit = start * 8; bit < (start + size) * 8; bit += STRIDE) {
            byte[] damaged = good.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            repairChecksum(damaged, start + size);
            if (loads(Bytes.wrap(damaged), configs, name + " with bit " + bit + " flipped")) {
                loaded++;
            }
        }
        assertTrue(loaded > 10, "only " + loaded + " were loaded");
    }

    private static void repairChecksum(byte[] file, int end) {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(CHECKSUM, 0);
        CRC32 crc = new CRC32();
        crc.update(file, 0, end);
        buffer.putInt(CHECKSUM, (int) crc.getValue());
    }

    /** What each kind of image is refused for where it does not suit, as a user sees it. */
    @Test
    void refusalsNameWhatWasFoundAndWhatWasExpected() throws IOException {
        Map<String, String> expected = Map.of(
                "snp-restricted", "image has no platform VSM_ISOLATION, only [SEV_SNP]",
                "tdx-debug", "image has no platform VSM_ISOLATION, only [TDX]");
        for (Map.Entry<String, String> entry : expected.entrySet()) {
            IgvmFile file = IgvmReader.read(
                    SharedTestData.require("golden/cases/" + entry.getKey() + "/expected/" + entry.getKey() + ".bin"));
            try {
                IgvmLoader.plan(file, configs().get(0));
                throw new AssertionError(entry.getKey() + " was loaded");
            } catch (IgvmToolException e) {
                assertEquals(entry.getValue(), e.getMessage());
            }
        }
    }
}
