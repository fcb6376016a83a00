using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Dashboard;

/// <summary>How the page's files are served.</summary>
[Collection(DashboardCollection.Name)]
public sealed partial class AssetTests(DashboardFixture fixture)
{
    [Theory]
    [InlineData("dashboard/", "text/html")]
    [InlineData("dashboard/app.js", "text/javascript")]
    [InlineData("dashboard/styles/base.css", "text/css")]
    [InlineData("dashboard/icon.svg", "image/svg+xml")]
    [InlineData("dashboard/vendor/chart.js", "text/javascript")]
    [InlineData("dashboard/vendor/chart.js.license.md", "text/markdown")]
    public async Task File_needs_no_key_and_is_kept_by_its_version(string path, string type)
    {
        using var response = await SendAsync(path);
        var headers = response.Headers;
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        var policy = headers.GetValues("Content-Security-Policy").Single();
        Assert.All(["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'", "frame-ancestors 'none'"], rule => Assert.Contains(rule, policy, StringComparison.Ordinal));
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);

        using var again = await SendAsync(path, request => request.Headers.IfNoneMatch.Add(headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var other = await SendAsync(path, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"older\"")));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task File_is_compressed_for_who_accepts_it()
    {
        using var plain = await SendAsync("dashboard/vendor/chart.js");
        using var packed = await SendAsync("dashboard/vendor/chart.js", request => request.Headers.AcceptEncoding.ParseAdd("gzip"));
        Assert.Equal("gzip", packed.Content.Headers.ContentEncoding.Single());
        Assert.True((await packed.Content.ReadAsByteArrayAsync()).Length * 2 < (await plain.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task Address_without_its_slash_leads_to_the_page()
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Gateway.Http.BaseAddress };
        using var response = await http.GetAsync("dashboard");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "dashboard/"), (response.StatusCode, response.Headers.Location!.OriginalString));
    }

    [Theory]
    [InlineData("dashboard/nothing.js")]
    [InlineData("dashboard/../appsettings.json")]
    [InlineData("dashboard/%2e%2e/ImageGateway.dll")]
    [InlineData("dashboard/..%2fImageGateway.dll")]
    public async Task What_is_no_file_of_the_page_is_unknown(string path)
    {
        using var response = await SendAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void Page_has_no_script_or_style_within_and_loads_from_nowhere_else()
    {
        var folder = Repository.File("src", "ImageGateway", "Dashboard", "Page");
        var page = File.ReadAllText(Path.Combine(folder, "index.html"));
        Assert.DoesNotMatch(Inline(), page);
        Assert.All(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".svg", StringComparison.Ordinal)), file =>
            Assert.DoesNotMatch(Foreign(), File.ReadAllText(file)));
    }

    private async Task<HttpResponseMessage> SendAsync(string path, Action<HttpRequestMessage>? change = null)
    {
        using var http = new HttpClient { BaseAddress = fixture.Gateway.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change?.Invoke(request);
        return await http.SendAsync(request);
    }

    [GeneratedRegex("<style|style=|<script(?![^>]*src=)| on[a-z]+=", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Inline();

    [GeneratedRegex("https?://|innerHTML|insertAdjacentHTML|document\\.write|eval\\(", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Foreign();
}
