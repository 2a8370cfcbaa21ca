package dev.igvmtool.kernelstub.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.linux.AuxVector;
import dev.igvmtool.kernelstub.fault.LinuxError;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstStackTest {
    private static final long TOP = 0x7fff_ffff_e000L;
    private static final Bytes RANDOM = Bytes.fromHex("000102030405060708090a0b0c0d0e0f");

    private static FirstStack stack(List<String> arguments, List<String> environment) {
        return FirstStack.build(
                TOP,
                "/init",
                arguments.stream().map(Bytes::utf8).toList(),
                environment.stream().map(Bytes::utf8).toList(),
                RANDOM,
                List.of(new FirstStack.Auxiliary(AuxVector.AT_PAGESZ, 4096)));
    }

    private static String text(FirstStack stack, int offset) {
        Bytes rest = stack.content().from((int) (stack.content().u64(offset) - stack.rsp()));
        return rest.toUtf8().substring(0, rest.toUtf8().indexOf('\0'));
    }

    @Test
    void standsInTheOrderOfTheAbi() {
        FirstStack stack = stack(List.of("init", "x"), List.of("A=1"));
        Bytes content = stack.content();
        assertEquals(TOP, stack.rsp() + content.size());
        assertEquals(2, content.u64(0));
        assertEquals("init", text(stack, 8));
        assertEquals("x", text(stack, 16));
        assertEquals(0, content.u64(24));
        assertEquals("A=1", text(stack, 32));
        assertEquals(0, content.u64(40));
        assertEquals(AuxVector.AT_PAGESZ, content.u64(48));
        assertEquals(4096, content.u64(56));
        assertEquals(AuxVector.AT_RANDOM, content.u64(64));
        assertEquals(RANDOM, content.slice((int) (content.u64(72) - stack.rsp()), 16));
        assertEquals(AuxVector.AT_EXECFN, content.u64(80));
        assertEquals("/init", text(stack, 88));
        assertEquals(AuxVector.AT_PLATFORM, content.u64(96));
        assertEquals("x86_64", text(stack, 104));
        assertEquals(AuxVector.AT_NULL, content.u64(112));
    }

    @Test
    void isAlwaysAlignedTo16() {
        for (int i = 0; i < 20; i++) {
            FirstStack stack = stack(List.of("a".repeat(i)), List.of("B=" + "b".repeat(i * 3)));
            assertEquals(0, stack.rsp() % 16);
            assertEquals(TOP, stack.rsp() + stack.content().size());
        }
    }

    @Test
    void refusesMoreThanAQuarterOfTheStack() {
        assertThrows(LinuxError.class, () -> stack(List.of("a".repeat(40_000)), List.of()));
    }
}
