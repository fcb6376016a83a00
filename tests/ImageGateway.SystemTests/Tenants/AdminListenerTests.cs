using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Tenants;

/// <summary>The control plane on addresses of its own.</summary>
public sealed class AdminListenerTests
{
    [Theory]
    [InlineData("--Gateway:Admin:Urls:0")]
    [InlineData("--Gateway:Admin:Urls")]
    public async Task Planes_are_served_apart_and_health_on_both(string option)
    {
        await using var gateway = await AdminGateway.StartAsync(option, "http://127.0.0.1:0");
        var (data, admin) = (gateway.Urls[0], gateway.Urls[1]);

        Assert.Equal(2, gateway.Urls.Count);
        Assert.Equal(200, await StatusAsync(gateway, data, "/v1/models", AdminGateway.FixedKey));
        Assert.Equal(200, await StatusAsync(gateway, admin, "/admin/v1/tenants", Keys.Admin));
        foreach (var url in gateway.Urls)
        {
            Assert.Equal(200, await StatusAsync(gateway, url, "/healthz/live", ""));
            Assert.Equal(200, await StatusAsync(gateway, url, "/healthz/ready", ""));
        }
    }

    [Theory]
    [InlineData(0, "/admin/v1/tenants", Keys.Admin)]
    [InlineData(0, "/admin/v1/tenants", "wrong")]
    [InlineData(0, "/Admin/v1/tenants", Keys.Admin)]
    [InlineData(0, "/metrics", "")]
    [InlineData(0, "/openapi/v1.json", "")]
    [InlineData(0, "/dashboard", "")]
    [InlineData(1, "/v1/models", AdminGateway.FixedKey)]
    [InlineData(1, "/v1/models", "wrong")]
    [InlineData(1, "/openai/v1/models", AdminGateway.FixedKey)]
    [InlineData(1, "/", "")]
    public async Task Path_of_the_other_plane_is_unknown_whoever_asks(int listener, string path, string key)
    {
        await using var gateway = await AdminGateway.StartAsync("--Gateway:Admin:Urls:0", "http://127.0.0.1:0");

        using var response = await SendAsync(gateway, gateway.Urls[listener], path, key);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("unknown_url", (string?)(body["error"]?["code"] ?? body["title"]));
    }

    // Whoever reaches the data plane can write any Host header.
    [Fact]
    public async Task Host_header_does_not_lead_to_the_control_plane()
    {
        await using var gateway = await AdminGateway.StartAsync("--Gateway:Admin:Urls:0", "http://127.0.0.1:0");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{gateway.Urls[0]}/admin/v1/tenants") { Headers = { Host = new Uri(gateway.Urls[1]).Authority } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Admin);

        using var response = await gateway.Http.SendAsync(request);

        Assert.Equal(404, (int)response.StatusCode);
    }

    [Fact]
    public async Task Several_addresses_may_be_one_text()
    {
        await using var gateway = await AdminGateway.StartAsync("--Gateway:Admin:Urls", "http://127.0.0.1:0; http://[::1]:0");

        Assert.Equal(3, gateway.Urls.Count);
        foreach (var url in gateway.Urls.Skip(1))
            Assert.Equal(200, await StatusAsync(gateway, url, "/admin/v1/tenants", Keys.Admin));
    }

    [Fact]
    public async Task Endpoints_of_the_server_stay_the_data_planes()
    {
        await using var gateway = await AdminGateway.StartAsync("--Gateway:Admin:Urls:0", "http://127.0.0.1:0", "--Kestrel:Endpoints:data:Url", "http://127.0.0.1:0");

        var statuses = new List<int>();
        foreach (var url in gateway.Urls)
            statuses.Add(await StatusAsync(gateway, url, "/v1/models", AdminGateway.FixedKey));

        Assert.Equal([200, 404], statuses.Order());
    }

    [Fact]
    public async Task Control_plane_over_tls_has_the_servers_own_certificate()
    {
        using var folder = new TemporaryFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=control", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        await using var gateway = await AdminGateway.StartAsync("--Gateway:Admin:Urls:0", "https://127.0.0.1:0", "--Kestrel:Certificates:Default:Path", folder.Write("tls.crt", certificate.ExportCertificatePem()), "--Kestrel:Certificates:Default:KeyPath", folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem()));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { certificate }, RevocationMode = X509RevocationMode.NoCheck };
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } });

        Assert.StartsWith("http://", gateway.Urls[0], StringComparison.Ordinal);
        using var response = await http.GetAsync($"{gateway.Urls[1]}/metrics");
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Without_an_address_of_its_own_the_control_plane_shares_the_port()
    {
        await using var gateway = await AdminGateway.StartAsync();

        Assert.Single(gateway.Urls);
        Assert.Equal(200, await StatusAsync(gateway, gateway.Urls[0], "/v1/models", AdminGateway.FixedKey));
        Assert.Equal(200, await StatusAsync(gateway, gateway.Urls[0], "/admin/v1/tenants", Keys.Admin));
    }

    private static async Task<int> StatusAsync(AdminGateway gateway, string url, string path, string key)
    {
        using var response = await SendAsync(gateway, url, path, key);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(AdminGateway gateway, string url, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url + path);
        if (key.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await gateway.Http.SendAsync(request);
    }
}
