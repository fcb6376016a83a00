namespace ImageGateway.SystemTests.Upstream;

/// <summary>Places where a stream is cut within an event: offsets from its beginning, or, when negative, from its end.</summary>
public static class Cuts
{
    public static TheoryData<string, int> Places => new()
    {
        { "event|", 5 },
        { "event: image_gen|", 16 },
        { "event: image_generation.partial_image|", 37 },
        { "…\\n|", 38 },
        { "da|", 40 },
        { "data|", 42 },
        { "data:|", 43 },
        { "data: |", 44 },
        { "{|", 45 },
        { "{\"ty|", 48 },
        { "{\"type\"|", 51 },
        { "{\"type\":|", 52 },
        { "{\"type\":\"image|", 58 },
        { "{\"type\":\"…\"|", 84 },
        { "{\"type\":\"…\",|", 85 },
        { "{\"type\":\"…\",\"b64|", 89 },
        { "{\"type\":\"…\",\"b64_json\":\"iVBO|", 101 },
        { "5 kB of the picture|", 5_000 },
        { "…\"size\":\"1024x102|", -29 },
        { "…\"partial_image_index\":|", -4 },
        { "…\"partial_image_index\":1|", -3 },
        { "…\"partial_image_index\":1}|", -2 },
        { "…\"partial_image_index\":1}\\n|", -1 },
    };
}
