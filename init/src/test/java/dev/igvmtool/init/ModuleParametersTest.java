package dev.igvmtool.init;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ModuleParametersTest {
    private static final String LINE =
            "a=1 hv_storvsc.x=2 hv-storvsc.y=3  uio.z=4 hv_storvsc.flag cryptomgr.notests b.c.d=5\n";

    @Test
    void optionsOfOneModuleAreJoinedInOrder() {
        assertEquals("x=2 y=3", ModuleParameters.of(LINE, "hv_storvsc"));
        assertEquals("z=4", ModuleParameters.of(LINE, "uio"));
        assertEquals("c.d=5", ModuleParameters.of(LINE, "b"));
        assertEquals("", ModuleParameters.of(LINE, "cryptomgr"));
    }

    @Test
    void namesHaveUnderscores() {
        assertEquals("pci_hyperv_intf", ModuleParameters.moduleName("/lib/modules/000/pci-hyperv-intf.ko"));
    }
}
