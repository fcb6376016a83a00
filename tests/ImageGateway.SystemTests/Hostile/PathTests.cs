using System.Net;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Paths that a proxy, the server and the routes may read differently: none leads past a key.</summary>
[Collection(HostileCollection.Name)]
public sealed class PathTests
{
    private static int _asked;

    private readonly HostileGateway _hostile;

    public PathTests(HostileGateway hostile)
    {
        _hostile = hostile;
        hostile.Begin();
    }

    public static TheoryData<string> ToTheControlPlane { get; } =
    [
        "/admin/v1/tenants", "/admin/v1/tenants/", "/ADMIN/V1/TENANTS", "/v1/../admin/v1/tenants", "/v1/./../admin/v1/tenants", "/v1/%2e%2e/admin/v1/tenants", "/v1/.%2E/admin/v1/tenants",
        "/v1/..%2fadmin/v1/tenants", "/v1/..%5cadmin/v1/tenants", "/v1/..\\admin/v1/tenants", "\\admin\\v1\\tenants", "//admin/v1/tenants", "///admin//v1//tenants", "/./admin/v1/tenants", "/%61dmin/v1/tenants", "/%2561dmin/v1/tenants",
        "/admin%2fv1%2ftenants", "/%2fadmin/v1/tenants", "/admin/%76%31/tenants", "/admin;a=b/v1/tenants", "/admin/v1;/tenants", "/admin/v1/tenants;a=b", "/admin./v1/tenants", "/admin/v1/tenants.", "/admin/v1/tenants%20", "/admin%00/v1/tenants",
        "/admin/v1/tenants%00", "/%c0%ae%c0%ae/admin/v1/tenants", "/v1/%c0%ae%c0%ae/admin/v1/tenants", "/v1/%uff0e%uff0e/admin/v1/tenants", "/\uFF0E\uFF0E/admin/v1/tenants", "/v1/images/files/../../../admin/v1/tenants", "/v1/images/files/%2e%2e/%2e%2e/%2e%2e/admin/v1/tenants",
        "/v1/images/files/..%2f..%2f..%2fadmin%2fv1%2ftenants", "/dashboard/../admin/v1/tenants", "/dashboard/..%2fadmin/v1/tenants", "/healthz/live/../../admin/v1/tenants", "/../../../admin/v1/tenants", "/v1/organization/costs/../../../admin/v1/tenants",
        "http://gateway/admin/v1/tenants", "http://gateway/v1/../admin/v1/tenants", "/?/admin/v1/tenants", "/#/admin/v1/tenants", "/admin#/v1/tenants", "/admin/v1/ledger", "/admin/v1//ledger", "/admin/v1/audit", "/admin/v1/export", "/admin/v1/spend", "/admin/v1/limits", "/admin/v1/prices", "/admin/v1/targets",
    ];

    // The words and the status of an unknown address, or of one that needs another key: nothing else.
    [Theory]
    [MemberData(nameof(ToTheControlPlane))]
    public async Task No_way_leads_to_the_control_plane_without_an_admin_key(string target)
    {
        foreach (var key in (string[])[Keys.Acme, "nobody"])
        {
            var answer = await AskAsync(HostileGateway.Request(target, "", "GET", key: key));

            Assert.True(answer.Status is 400 or 401 or 404, $"{answer.Head}\n{answer.Text}");
            Assert.True(answer.Status == 400 && answer.Body.Length == 0 || answer.Code is "invalid_api_key" or "unknown_url" or "not_found", answer.Text);
        }
    }

    [Theory]
    [InlineData("//v1/images/generations")]
    [InlineData("/v1//images/generations")]
    [InlineData("/v1/images/generations%2f")]
    [InlineData("/v1/images%2fgenerations")]
    [InlineData("/v1/images/generations;x")]
    [InlineData("/v1/images/generations.")]
    [InlineData("/v1\\images\\generations")]
    [InlineData("/v1/images/files/../generations")]
    [InlineData("/v1/images/files/x/..%2f../generations")]
    [InlineData("/v1/images/files/x/../../generations")]
    [InlineData("/v1/images/files/%2e%2e/generations")]
    [InlineData("/v1/images/files//generations")]
    [InlineData("/healthz/live/../../v1/images/generations")]
    [InlineData("/v1/organization/costs/../../images/generations")]
    [InlineData("/V1/IMAGES/GENERATIONS")]
    [InlineData("/v1/images/generations/")]
    [InlineData("/openai/deployments/x%2f..%2f..%2fadmin/images/generations")]
    [InlineData("/openai/deployments/../v1/images/generations")]
    public async Task No_way_leads_to_a_picture_without_a_key(string target)
    {
        var answer = await AskAsync(HostileGateway.Request(target, """{"model":"openai/gpt-image-1","prompt":"a fox"}""", key: "nobody"));

        Assert.True(answer.Status is 400 or 401 or 404 or 405, $"{answer.Head}\n{answer.Text}");
        Assert.Empty(_hostile.Provider.Arrivals);
    }

    [Theory]
    [InlineData("/v1/images/files/..%2f..%2fjobs")]
    [InlineData("/v1/images/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/v1/images/files/..%5c..%5cgateway.json")]
    [InlineData("/v1/images/files/%00")]
    [InlineData("/v1/images/files/file-1;x?exp=9999999999&sig=x")]
    [InlineData("/v1/images/files/file-1%3fexp=1?exp=9999999999&sig=x")]
    [InlineData("/v1/images/files/.")]
    [InlineData("/dashboard/..%2f..%2fgateway.json")]
    [InlineData("/dashboard/..%5cgateway.json")]
    [InlineData("/dashboard/%2e%2e%2fgateway.json")]
    [InlineData("/dashboard//etc/passwd")]
    [InlineData("/dashboard/index.html%00.css")]
    public async Task No_way_leads_to_a_file_of_the_machine(string target)
    {
        var answer = await AskAsync(HostileGateway.Request(target, "", "GET"));

        Assert.True(answer.Status is 400 or 401 or 404, $"{answer.Head}\n{answer.Text}");
    }

    // Each from another address: one would soon have no failed authentications left, and other tests with it.
    private async Task<WireAnswer> AskAsync(string request) =>
        Assert.Single(await Wire.AskAsync(_hostile.Url, request, from: IPAddress.Parse($"127.0.2.{1 + (Interlocked.Increment(ref _asked) % 250)}")));
}
