using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Caching;

/// <summary>What a gateway says of a job that is fetched.</summary>
internal sealed record Fetched(int Status, JsonObject Job, HttpResponseMessage Head)
{
    public string? State => (string?)Job["status"];

    public string? Code => (string?)Job["error"]?["code"];

    public IReadOnlyList<string> Hashes => [.. Job["response"]!["data"]!.AsArray().Select(item => Answers.Sha256(Convert.FromBase64String((string)item!["b64_json"]!)))];
}

/// <summary>A client that fetches its answers later.</summary>
internal sealed class AsyncClient : IDisposable
{
    public static readonly (string Name, string Value) Prefer = ("Prefer", "respond-async, wait=1");

    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    /// <summary>Where the job is, of a response that took it on.</summary>
    public static async Task<Uri> LocationAsync(Uri gateway, HttpResponseMessage response)
    {
        var job = await response.JsonAsync();
        Assert.Equal((202, "respond-async", "1"), ((int)response.StatusCode, response.Header("preference-applied"), response.Header("retry-after")));
        Assert.Equal(("image.job", $"/v1/images/jobs/{job["id"]}"), ((string?)job["object"], response.Header("location")));
        return new Uri(gateway, response.Header("location"));
    }

    public Task<Fetched> GetAsync(Uri job, string key) => SendAsync(HttpMethod.Get, job, key);

    public Task<Fetched> DeleteAsync(Uri job, string key) => SendAsync(HttpMethod.Delete, job, key);

    /// <summary>Fetches it until it is over.</summary>
    public async Task<Fetched> EndAsync(Uri job, string key)
    {
        Fetched? end = null;
        await Until.TrueAsync(async () => (end = await GetAsync(job, key)).Status != 202, "the job is over");
        return end!;
    }

    private async Task<Fetched> SendAsync(HttpMethod method, Uri job, string key)
    {
        using var request = new HttpRequestMessage(method, job);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await _http.SendAsync(request);
        return new Fetched((int)response.StatusCode, await response.JsonAsync(), response);
    }
}
