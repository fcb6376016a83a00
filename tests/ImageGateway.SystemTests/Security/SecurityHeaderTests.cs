using ImageGateway.SystemTests.Reload;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Security;

public sealed class SecurityHeaderTests
{
    [Fact]
    public async Task Answers_of_every_kind_tell_browsers_to_guess_nothing_and_pages_to_run_nothing()
    {
        await using var gateway = await OwnGateway.StartAsync($$"""  "Providers": { {{OwnGateway.Account("west")}} }  """);

        foreach (var (method, path, isPage) in (ReadOnlySpan<(string, string, bool)>)[("GET", "/v1/models", false), ("POST", "/v1/images/generations", false), ("GET", "/admin/v1/tenants", true), ("GET", "/metrics", true), ("GET", "/healthz/ready", true), ("GET", "/nowhere", true)])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("{") : null };
            using var response = gateway.Http.Send(request);
            Assert.Equal("nosniff", response.Header("x-content-type-options"));
            Assert.Null(response.Header("server"));
            Assert.Equal(isPage, response.Header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'");
        }
    }
}
