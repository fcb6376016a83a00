using ImageGateway.Images;
using ImageGateway.Providers.Bodies;

namespace ImageGateway.Tests.Providers.Bodies;

public sealed class JsonFieldsTests
{
    [Fact]
    public void Members_become_text_fields()
    {
        using var body = Requests.Json("""{"prompt":"a \"fox\" \u00e9","n":2,"stream":true,"user":null,"images":[],"mask":{},"extra":{ "a" : [1] }}""");
        Assert.Equal(
            [new FormField("prompt", "a \"fox\" é"), new FormField("n", "2"), new FormField("stream", "true"), new FormField("extra", """{ "a" : [1] }""")],
            JsonFields.Read(body));
    }

    [Fact]
    public void Text_that_is_no_unicode_is_the_clients_mistake()
    {
        using var body = Requests.Json("""{"extra":"\ud800"}""");
        Assert.Equal((ErrorKind.InvalidValue, "extra"), Requests.Failure(() => JsonFields.Read(body)) is var error ? (error.Kind, error.Param) : default);
    }
}
