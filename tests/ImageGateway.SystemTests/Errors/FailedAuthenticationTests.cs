using System.Net;
using System.Net.Http.Headers;
using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tenants;

namespace ImageGateway.SystemTests.Errors;

/// <summary>Whoever tries keys is slowed down, whoever has one is not.</summary>
public sealed class FailedAuthenticationTests
{
    private static readonly string One = $"\"Providers\": {{ {OwnGateway.Account("west")} }}";

    [Fact]
    public async Task Too_many_failures_are_429_on_both_planes_and_valid_keys_are_served()
    {
        await using var gateway = await OwnGateway.StartAsync(One);

        for (var i = 0; i < FailedAuthentications.Limit; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(gateway, i % 2 == 0 ? "/v1/models" : "/admin/v1/targets", "wrong"));

        foreach (var path in (string[])["/v1/models", "/admin/v1/targets"])
        {
            using var refused = await SendAsync(gateway, path, "wrong");
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
            Assert.Contains("rate_limit_exceeded", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/v1/models", Keys.Acme));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/admin/v1/targets", Keys.Admin));
    }

    private static async Task<HttpStatusCode> StatusAsync(OwnGateway gateway, string path, string key)
    {
        using var response = await SendAsync(gateway, path, key);
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(OwnGateway gateway, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) } };
        return await gateway.Http.SendAsync(request);
    }
}
