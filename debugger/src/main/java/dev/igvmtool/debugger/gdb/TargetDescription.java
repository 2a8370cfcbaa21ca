package dev.igvmtool.debugger.gdb;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.machine.Machine;
import dev.igvmtool.machine.memory.PhysicalMemory;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What gdb asks for as XML. Specification: Debugging with GDB, appendix G (target descriptions) and E. */
final class TargetDescription {
    /** End of the lower half of virtual memory, start of the upper one. */
    private static final String LOWER_END = "0x800000000000";

    private static final String UPPER_START = "0xffff800000000000";
    private static final String HALF = "0x800000000000";

    private TargetDescription() {}

    /** The registers. */
    static String features() {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
        // No operating system: gdb then asks this server, and nobody else, for the symbols of what is loaded.
        xml.append("<target version=\"1.0\">\n<architecture>i386:x86-64</architecture>\n<osabi>none</osabi>\n");
        String feature = "";
        for (GdbRegister register : GdbRegister.ALL) {
            if (!register.feature().equals(feature)) {
                xml.append(feature.isEmpty() ? "" : "</feature>\n");
                feature = register.feature();
                xml.append("<feature name=\"").append(feature).append("\">\n").append(types(feature));
            }
            xml.append(String.format(
                    "<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"/>%n",
                    register.name(), register.sizeBytes() * Byte.SIZE, register.type()));
        }
        return xml.append("</feature>\n</target>\n").toString();
    }

    private static String types(String feature) {
        if (feature.equals(GdbRegister.CORE)) {
            return """
                    <flags id="i386_eflags" size="4">
                    <field name="CF" start="0" end="0"/><field name="" start="1" end="1"/>
                    <field name="PF" start="2" end="2"/><field name="AF" start="4" end="4"/>
                    <field name="ZF" start="6" end="6"/><field name="SF" start="7" end="7"/>
                    <field name="TF" start="8" end="8"/><field name="IF" start="9" end="9"/>
                    <field name="DF" start="10" end="10"/><field name="OF" start="11" end="11"/>
                    <field name="NT" start="14" end="14"/><field name="RF" start="16" end="16"/>
                    <field name="VM" start="17" end="17"/><field name="AC" start="18" end="18"/>
                    <field name="VIF" start="19" end="19"/><field name="VIP" start="20" end="20"/>
                    <field name="ID" start="21" end="21"/>
                    </flags>
                    """;
        }
        if (feature.equals(GdbRegister.SSE)) {
            return """
                    <vector id="v16i8" type="int8" count="16"/><vector id="v8i16" type="int16" count="8"/>
                    <vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>
                    <vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/>
                    <union id="vec128">
                    <field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>
                    <field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/>
                    <field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/>
                    <field name="uint128" type="uint128"/>
                    </union>
                    """;
        }
        return "";
    }

    /**
     * Virtual memory: all of it may be read and written where it is mapped, but for the hypervisor's pages, which are
     * read-only.
     */
    static String memoryMap(Machine machine) {
        StringBuilder xml =
                new StringBuilder("<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB"
                        + " Memory Map V1.0//EN\" \"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n");
        long start = 0;
        for (GpaRange page : hypervisorPages(machine)) {
            if (page.start() > start) {
                memory(xml, "ram", "0x" + Long.toHexString(start), "0x" + Long.toHexString(page.start() - start));
            }
            memory(xml, "rom", "0x" + Long.toHexString(page.start()), "0x" + Long.toHexString(page.size()));
            start = page.end();
        }
        long rest = Long.decode(LOWER_END) - start;
        memory(xml, "ram", "0x" + Long.toHexString(start), "0x" + Long.toHexString(rest));
        memory(xml, "ram", UPPER_START, HALF);
        return xml.append("</memory-map>\n").toString();
    }

    private static void memory(StringBuilder xml, String type, String start, String length) {
        xml.append(String.format("<memory type=\"%s\" start=\"%s\" length=\"%s\"/>%n", type, start, length));
    }

    /** Hypercall pages, ascending, each once. */
    private static List<GpaRange> hypervisorPages(Machine machine) {
        List<GpaRange> pages = new ArrayList<>();
        for (long register : machine.partition().state().hypercallPage) {
            long gpa = register & -PhysicalMemory.PAGE_SIZE;
            if ((register & 1) != 0 && gpa > 0 && pages.stream().noneMatch(page -> page.contains(gpa))) {
                pages.add(GpaRange.ofSize(gpa, PhysicalMemory.PAGE_SIZE));
            }
        }
        pages.sort((a, b) -> Long.compare(a.start(), b.start()));
        return pages;
    }

    /** The VPs. */
    static String threads(Machine machine) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n<threads>\n");
        for (Vp vp : machine.partition().vps()) {
            xml.append(String.format(
                    "<thread id=\"%x\" core=\"%d\" name=\"vp%d\">%s</thread>%n",
                    vp.index() + 1, vp.index(), vp.index(), escaped(about(vp))));
        }
        return xml.append("</threads>\n").toString();
    }

    /** What a VP is doing, in a few words. */
    static String about(Vp vp) {
        String state = vp.runState().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String step = Moment.stepAt(vp).map(it -> ", " + it).orElse("");
        return "VTL" + vp.vtl() + " " + state + step + (vp.stopReason().isEmpty() ? "" : ": " + vp.stopReason());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** The programs with their symbol files. */
    static String libraries(List<SymbolFile> files) {
        StringBuilder xml = new StringBuilder("<library-list>\n");
        for (SymbolFile file : files) {
            xml.append(String.format(
                    "<library name=\"target:/%s\"><segment address=\"0x%x\"/></library>%n", file.name(), file.start()));
        }
        return xml.append("</library-list>\n").toString();
    }
}
