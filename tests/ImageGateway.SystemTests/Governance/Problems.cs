using System.Text.Json.Nodes;

namespace ImageGateway.SystemTests.Governance;

/// <summary>Failures of the control plane.</summary>
internal static class Problems
{
    /// <summary>A problem whose detail names every word.</summary>
    public static async Task ProblemAsync(this HttpResponseMessage response, int status, params string[] words)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {text[..Math.Min(text.Length, 2000)]}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(status, (int)problem["status"]!);
        foreach (var word in words)
            Assert.Contains(word, (string)problem["detail"]!, StringComparison.Ordinal);
    }
}
