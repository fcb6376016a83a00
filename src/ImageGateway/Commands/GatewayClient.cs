using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageGateway.Commands;

/// <summary>The HTTP client for a running gateway.</summary>
internal sealed class GatewayClient : IDisposable
{
    /// <summary>The environment variable with the gateway's URL.</summary>
    public const string UrlVariable = "GATEWAY_URL";

    private readonly HttpClient _http;

    private GatewayClient(HttpClient http) => _http = http;

    /// <summary>The option for the gateway's URL.</summary>
    public static Option<string> Url { get; } = new("--url")
    {
        Description = $"The gateway's address: {UrlVariable}, else http://127.0.0.1:8080.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } url ? url : "http://127.0.0.1:8080",
        HelpName = "URL",
    };

    /// <summary>Runs a command with a client; a failure is reported in one line.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="keyVariable">The environment variable with the key; null: no key is needed.</param>
    /// <param name="run">The command's work.</param>
    public static async Task<int> RunAsync(ParseResult parsed, string? keyVariable, Func<GatewayClient, Task<int>> run)
    {
        try
        {
            using var client = Create(parsed.GetValue(Url)!, keyVariable);
            return await run(client);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or CommandException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(e is CommandException ? e.Message : $"The gateway at {parsed.GetValue(Url)} does not answer: {e.Message}");
            return 1;
        }
    }

    /// <summary>Sets the tags of its requests.</summary>
    public void Tag(string tags) => _http.DefaultRequestHeaders.TryAddWithoutValidation("X-Gateway-Tags", tags);

    /// <summary>The response; its body may still be arriving.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>The response as JSON; null when it is empty.</summary>
    /// <exception cref="CommandException">The gateway refused the request.</exception>
    public async Task<JsonNode?> JsonAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
        await CheckAsync(response);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>Throws unless the gateway did what was requested.</summary>
    /// <exception cref="CommandException">The gateway refused the request.</exception>
    public static async Task CheckAsync(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return;
        var text = await response.Content.ReadAsStringAsync();
        throw new CommandException($"{(int)response.StatusCode}: {Message(text) ?? "the gateway refused"}");
    }

    public void Dispose() => _http.Dispose();

    private static GatewayClient Create(string url, string? keyVariable)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandException($"--url: '{url}' is not an http or https address");
        var http = new HttpClient { BaseAddress = address };
        if (keyVariable is null)
            return new GatewayClient(http);
        if (Environment.GetEnvironmentVariable(keyVariable) is not { Length: > 0 } key)
            throw new CommandException($"Set {keyVariable} to the key to use; a key in an argument could be read by others on the machine.");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
        return new GatewayClient(http);
    }

    // OpenAI's envelope, or ProblemDetails.
    private static string? Message(string text)
    {
        try
        {
            var answer = JsonNode.Parse(text);
            return (string?)(answer?["error"]?["message"] ?? answer?["detail"]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A command failed; the message is for its user.</summary>
internal sealed class CommandException(string message) : Exception(message);
