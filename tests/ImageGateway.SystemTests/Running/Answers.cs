using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Schema;

namespace ImageGateway.SystemTests.Running;

/// <summary>Reads what the gateway answered.</summary>
internal static class Answers
{
    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>A picture: 200, as published.</summary>
    public static async Task<JsonObject> ImagesAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, $"{(int)response.StatusCode}: {text[..Math.Min(text.Length, 2000)]}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = JsonNode.Parse(text)!.AsObject();
        OpenAISchema.CheckImages(body);
        return body;
    }

    /// <summary>An error in the published shape, with an id to ask for; the message names every word.</summary>
    public static async Task<JsonObject> ErrorAsync(this HttpResponseMessage response, int status, string? code, string? param, params string[] words)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text[..Math.Min(text.Length, 2000)]}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(response.Header("x-request-id")!);
        var error = OpenAISchema.CheckError(JsonNode.Parse(text)!);
        Assert.Equal((code, param), ((string?)error["code"], (string?)error["param"]));
        foreach (var word in words)
            Assert.Contains(word, (string)error["message"]!, StringComparison.Ordinal);
        return error;
    }

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>The n-th picture's bytes.</summary>
    public static byte[] Picture(this JsonObject images, int index = 0) => Convert.FromBase64String((string)images["data"]![index]!["b64_json"]!);

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
