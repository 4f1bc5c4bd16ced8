// SPDX-License-Identifier: Apache-2.0

import TestSupport

extension Stage {
  /// A name server for `test` that knows a record of most sorts; waits until it answers.
  func nameServer(on side: VirtualNetwork.Side, version: IPVersion = .four) async throws
    -> ChildProcess
  {
    let address = side.address(version)
    let long = (0..<14).map {
      "--txt-record=long.test,\"\(String(repeating: "\($0)x", count: 60))\""
    }
    let file = try folder([
      "dnsmasq.conf": """
      no-resolv
      no-hosts
      user=root
      pid-file=
      bind-interfaces
      edns-packet-max=4096
      local-ttl=60
      listen-address=\(address)
      local=/test/
      host-record=host.test,192.0.2.1,2001:db8::1
      cname=middle.test,host.test
      cname=alias.test,middle.test
      mx-host=mx.test,mail.test,10
      srv-host=_sip._udp.test,sip.test,5060,1,2
      txt-record=txt.test,"one","two \\"2\\""
      ptr-record=ptr.test,target.test
      naptr-record=naptr.test,10,20,"U","E2U+sip","!^.*$!sip:x@test!"
      caa-record=caa.test,0,issue,"ca.test"
      dns-rr=uri.test,256,000a0001687474703a2f2f782e746573742f
      dns-rr=odd.test,65280,c0ffee
      auth-server=ns.test,nowhere0
      auth-zone=zone.test
      auth-soa=7,mailbox.test,1200,180,1209600
      \(long.joined(separator: "\n").replacing("--", with: ""))

      """
    ])
    let server = try start(
      "dnsmasq", "--keep-in-foreground", "--conf-file=\(file)/dnsmasq.conf", on: side)
    try await side.listens(udp: true, on: 53)
    try await side.listens(on: 53)
    return server
  }

  /// A web server on port 8080; waits until it listens.
  ///
  /// `/` says hello, `/moved` goes elsewhere, `/long` answers with a head of many fields, and what is put is taken.
  func webServer(on side: VirtualNetwork.Side) async throws -> ChildProcess {
    let folder = try folder(["index.html": "hello\n"])
    let many = (0..<40).map { "add_header X-Long-\($0) \(String(repeating: "y", count: 100));" }
    let file = try self.folder([
      "nginx.conf": """
      daemon off; master_process off; worker_processes 1; pid \(folder)/pid; error_log stderr;
      events {}
      http {
        access_log off; client_body_temp_path \(folder)/body; proxy_temp_path \(folder)/proxy;
        fastcgi_temp_path \(folder)/1; uwsgi_temp_path \(folder)/2; scgi_temp_path \(folder)/3;
        large_client_header_buffers 4 64k;
        server {
          listen \(side.ipv4):8080; listen [\(side.ipv6)]:8080; root \(folder);
          location /moved { return 302 /; }
          location /long { \(many.joined(separator: " ")) return 200 "long\\n"; }
          location /chunks { gzip on; gzip_min_length 0; gzip_types *; try_files /index.html =404; }
          location /put { client_max_body_size 1m; proxy_pass http://\(side.ipv4):8080/sink; }
          location /sink { return 201; }
        }
      }
      """
    ])
    let server = try start(
      "nginx", "-p", folder, "-e", "stderr", "-c", file + "/nginx.conf", on: side)
    try await side.listens(on: 8080)
    return server
  }
}
