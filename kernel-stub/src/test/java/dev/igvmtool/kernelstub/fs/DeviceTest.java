package dev.igvmtool.kernelstub.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.linux.KernelFiles;
import dev.igvmtool.abi.mshv.MshvDevices;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceTest {
    private static String path(Device device) {
        return "/dev/" + device.nodeName();
    }

    @Test
    void devicesHaveTheNamesThatTheParavisorOpens() {
        assertEquals(MshvDevices.MSHV, path(Device.MSHV));
        assertEquals(MshvDevices.HVCALL, path(Device.MSHV_HVCALL));
        assertEquals(MshvDevices.VTL_LOW, path(Device.MSHV_VTL_LOW));
        assertEquals(MshvDevices.SIDECAR_PREFIX, path(Device.SIDECAR));
        assertEquals(KernelFiles.KMSG, path(Device.KMSG));
        assertEquals(KernelFiles.MEM, path(Device.MEM));
        assertEquals(KernelFiles.PORT, path(Device.PORT));
    }

    @Test
    void everyNodeLeadsToItsDevice() {
        for (Device device : Device.values()) {
            assertEquals(Optional.of(device), Device.of(device.node(0)));
        }
        assertEquals(Optional.of(Device.SIDECAR), Device.of(Device.SIDECAR.node(3)));
    }
}
