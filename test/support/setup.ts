/** Tests must not depend on the machine they run on, nor reach anything but loopback. */
for (const name of Object.keys(process.env)) {
  if (/^(ALIBABA_?CLOUD|ALICLOUD|ACK_RAM_TOOL|ALIYUN)_/.test(name) || /_proxy$/i.test(name)) delete process.env[name];
}
